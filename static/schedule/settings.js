// How somebody chose to see the pages, before they are painted: a kept page is the same for everybody, and a page that the
// browser had ready may be older than the choice. eventsync/schedule/pages/settings.py says it in the same attribute.
{
  const show = () => {
    const [, chosen = ''] = /(?:^|; )settings=([^;]*)/.exec(document.cookie) ?? [];
    document.documentElement.dataset.settings = chosen.replaceAll('.', ' ');
  };
  show();
  addEventListener('pageshow', show);
}
