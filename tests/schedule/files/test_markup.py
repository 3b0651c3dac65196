"""HTML of other software becomes paragraphs of words; what only looks like it stays."""

import pytest

from eventsync.schedule.files.markup import plain
from tests.schedule.files.test_conference_files import read

PENTABARF = b"""<schedule><day date="2026-07-04" index="1"><room name="Stage"><event id="1"><start>09:00</start>
<duration>01:00</duration><title>Welcome</title></event></room></day>
<day date="2026-07-05" index="2">
<event id="0"><start>13:30</start><duration>00:30</duration><room>Hall 2</room><title>Talk</title>
<abstract>&#xA;&lt;p&gt;It is the users&amp;#39; day.&lt;/p&gt;  </abstract>
<persons><person id="1">Ada</person></persons></event>
<event id="3"><start>14:00</start><duration>00:30</duration><room>AW1</room><title>Late</title></event>
</day></schedule>"""


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>One\n  line.</p>\n\n<p>Another, <em>really</em>.</p>", "One line.\nAnother, really."),
        ("<ul><li>Bread</li><li>Fruit &amp; tea</li></ul>", "Bread\nFruit & tea"),
        ('See <a href="https://x.example">our <b>page</b></a>.', "See our page."),
        ("First.<br/>Second.<br>Third.", "First.\nSecond.\nThird."),
        ("<p>Calm.</p><script>alert('no')</script><style>p {}</style>", "Calm."),
        ("<p>Two &lt; three, users&#39; day", "Two < three, users' day"),
        ("</script><p>Still here.</p>", "Still here."),
        ("A &amp; B, 2 < 3 and x<y>z", "A &amp; B, 2 < 3 and x<y>z"),
        ("Markdown *stays*.\n\n- as it is", "Markdown *stays*.\n\n- as it is"),
        ("", ""),
    ],
)
def test_html_becomes_words(html, words):
    assert plain(html) == words
    assert plain(words) == words


def test_old_files_say_the_room_in_the_event_alone(games):
    content = read(games.event, PENTABARF)
    assert content.problems == []
    assert [(each.number, each.title, each.place, each.outline) for each in content.items] == [
        ("1", "Welcome", "Stage", ""),
        ("0", "Talk", "Hall 2", "It is the users' day."),
        ("3", "Late", "AW1", ""),
    ]
    assert content.remarks == ["Who speaks is not taken."]
