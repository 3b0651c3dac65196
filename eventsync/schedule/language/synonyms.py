"""One word for one thing: which words families do not read, and which they read instead.

A star stands for any ending. `hard`: it is another word for a thing of the schedule, so that somebody could take it for
another thing. In languages whose lists nobody has checked who speaks them, nothing is hard.
"""

from dataclasses import dataclass

CHECKED = {"en"}


@dataclass(frozen=True, slots=True)
class Synonym:
    """Empty `instead`: leave it out."""

    words: tuple[str, ...]
    instead: str
    hard: bool = False


def _one(words: str, instead: str, *, hard: bool = False) -> Synonym:
    return Synonym(tuple(each.strip() for each in words.split(",")), instead, hard)


SYNONYMS: dict[str, tuple[Synonym, ...]] = {
    "en": (
        _one("venue, venues, location, locations, site, sites", "place", hard=True),
        _one("session, sessions", "activity", hard=True),
        _one("schedule, schedules, timetable, timetables, itinerary, agenda", "plan", hard=True),
        _one("called off, annulled", "cancelled", hard=True),
        _one("postponed, delayed, rescheduled", "later"),
        _one("noon", "midday"),
        _one("restroom, restrooms, lavatory, lavatories, washroom, washrooms", "toilet"),
        _one("elevator, elevators", "lift"),
        _one("shuttle, shuttles", "bus"),
        _one("assistance", "help"),
        _one("participant, participants, attendee, attendees, individuals", "people"),
        _one("accommodation", "where you sleep"),
        _one("beverage, beverages", "drinks"),
        _one("refreshments", "food and drinks"),
        _one("commence, commences", "begin, begins"),
        _one("conclude, concludes", "end, ends"),
        _one("proceed, proceeds", "go"),
        _one("attend, attends", "come to"),
        _one("purchase", "buy"),
        _one("obtain", "get"),
        _one("require, requires, required", "need, needs"),
        _one("ensure", "make sure"),
        _one("utilise, utilize", "use"),
        _one("additional", "more"),
        _one("approximately, approx", "about"),
        _one("prior to", "before"),
        _one("subsequent to", "after"),
        _one("in order to", "to"),
        _one("due to, owing to", "because of"),
        _one("in the event of, in the event that, in case of", "if"),
        _one("upon", "on"),
        _one("via", "by, through"),
        _one("e.g", "for example"),
        _one("i.e", "that is"),
        _one("etc", "all that there is, or “and more”"),
        _one("asap", "now, or as soon as you can"),
        _one("tbc, tba, tbd", "we do not know yet"),
        _one("please note, note that, please be advised", ""),
        _one("urgent, urgently, immediately", "now, or nothing: say what to do and when"),
    ),
    "es": (
        _one("sede, sedes, recinto, recintos, ubicación, ubicaciones, emplazamiento, sitio, sitios", "lugar"),
        _one("sesión, sesiones", "actividad"),
        _one("horario, horarios, cronograma, itinerario, programación", "plan"),
        _one("anulado, anulada, suspendido, suspendida", "cancelado"),
        _one("aplazado, aplazada, pospuesto, pospuesta, retrasado, retrasada", "más tarde"),
        _one("asistencia", "ayuda"),
        _one("participantes, asistentes, individuos", "personas"),
        _one("comenzar, iniciar, dar comienzo", "empezar"),
        _one("finalizar, concluir", "terminar"),
        _one("utilizar", "usar"),
        _one("realizar, efectuar", "hacer"),
        _one("adquirir", "comprar"),
        _one("aproximadamente", "más o menos"),
        _one("previamente, con anterioridad, previo a", "antes"),
        _one("posteriormente, con posterioridad", "después"),
        _one("a fin de, con el fin de, con objeto de", "para"),
        _one("debido a", "porque"),
        _one("etc", "todo lo que hay, o «y más»"),
        _one("se ruega, rogamos, tenga en cuenta", "por favor"),
        _one("urgente, urgentemente, inmediatamente", "ahora"),
    ),
    "fi": (
        _one("sijainti*, sijainni*, tapahtumapaik*, kokoontumispaik*", "paikka"),
        _one("istunto*, istunno*, sessio*", "ohjelma"),
        _one("aikataulu*, agenda*", "ohjelma"),
        _one("peruutet*, peruutettu*", "peruttu"),
        _one("lykät*, viivästy*", "myöhemmin"),
        _one("avustus, avustusta, avustaminen", "apu"),
        _one("osallistuja*, henkilö*", "ihminen"),
        _one("suorittaa, suoritetaan, toteuttaa, toteutetaan", "tehdä"),
        _one("hankkia, hankitaan", "ostaa"),
        _one("mikäli", "jos"),
        _one("ainoastaan", "vain"),
        _one("kyseinen, kyseise*", "tämä"),
        _one("välittömästi", "heti"),
        _one("johtuen", "koska"),
        _one("esim", "esimerkiksi"),
        _one("jne, ym, yms, tms", "kaikki, mitä on"),
        _one("huomioithan, huomioi", ""),
        _one("kiireelli*, kiireesti", "nyt"),
    ),
    "ar": (
        _one("موقع, مواقع, مقر", "مكان"),
        _one("جلسة, جلسات", "نشاط"),
        _one("جدول, جداول", "برنامج"),
        _one("مؤجل, مؤجلة, تأجيل", "في وقت لاحق"),
        _one("مساندة, معاونة", "مساعدة"),
        _one("مشاركون, مشاركين, حاضرون, حاضرين", "الناس"),
        _one("يرجى, الرجاء", "من فضلك"),
        _one("بغية, بهدف", "لكي"),
        _one("إلخ", "كل ما يوجد"),
        _one("عاجل, عاجلة, فورا", "الآن"),
    ),
}  # fmt: skip
