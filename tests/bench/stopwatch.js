// Put into the page by browser.py, before the app. Times are performance.now(), in ms; events carry the time of the
// input. "Painted" is the start of the frame after the one that shows the change, so never too early.
(() => {
  const watch = { taps: [], searches: [], opened: null, searchable: null };
  let tap = null;
  let search = null;

  const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));

  addEventListener('input', (event) => (search = { at: event.timeStamp }), true);
  addEventListener(
    'click',
    (event) => {
      if (event.target.closest('[aria-label="People found"]')) tap = { at: event.timeStamp };
    },
    true,
  );

  // The strict transaction that a tap waits for.
  const open = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...named) {
    const transaction = open.apply(this, named);
    const ours = tap;
    if (ours !== null && named[1] === 'readwrite' && ours.asked === undefined) {
      ours.asked = performance.now();
      transaction.addEventListener('complete', () => (ours.kept = performance.now()));
    }
    return transaction;
  };

  function look() {
    if (tap !== null && document.querySelector('section[aria-label="Result"]')) {
      const done = { ...tap, shown: performance.now() };
      tap = null;
      painted((now) => watch.taps.push({ ...done, painted: now }));
    }
    if (search !== null && document.querySelector('[aria-label="People found"], .nobody')) {
      const { at } = search;
      search = null;
      painted((now) => {
        watch.searches.push({ at, painted: now });
        watch.searchable ??= now;
      });
    }
    const box = document.querySelector('input[type=search]');
    if (watch.opened === null && box) {
      watch.opened = 0;
      painted((now) => (watch.opened = now));
      const word = sessionStorage.getItem('first word');
      box.focus();
      if (word) document.execCommand('insertText', false, word);
    }
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  function opened(name) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => resolve(opening.result);
    });
  }

  function answered(request) {
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => resolve(request.result);
    });
  }

  let everybody = [];

  window.bench = {
    watch,

    startAgain() {
      watch.taps = [];
      watch.searches = [];
    },

    /** Milliseconds for a piece of work that is always the same. */
    spin() {
      const start = performance.now();
      let sum = 0;
      for (let i = 0; i < 2e7; i++) sum = (sum * 31 + i) | 0;
      bench.spun = sum;
      return performance.now() - start;
    },

    async readPeople() {
      const database = await opened('eventsync-records-2');
      const buckets = await answered(database.transaction('buckets').objectStore('buckets').getAll());
      database.close();
      const rows = buckets.flatMap(({ json }) => JSON.parse(json));
      everybody = rows.filter(({ kind }) => kind === 'person').map(({ body }) => body);
      return everybody.map(({ id, name }) => ({ id, name }));
    },

    /** The app's own search function, alone, once for each word. */
    scan(words) {
      const { search, searchKey, lineOf, Lines, byName } = rules;
      const people = everybody.map(({ id, search, delegation }) => ({
        id,
        search,
        line: lineOf(search, searchKey(delegation)),
      }));
      const lines = new Lines(people.sort(byName));
      for (const word of words) search(lines, word, 30);
      return words.map((word) => {
        const start = performance.now();
        search(lines, word, 30);
        return performance.now() - start;
      });
    },

    /** Arrivals that wait, as the app stores them. */
    async fillOutbox(people) {
      const database = await opened('eventsync-outbox');
      const transaction = database.transaction(['operations', 'meta'], 'readwrite');
      const [operations, meta] = ['operations', 'meta'].map((name) => transaction.objectStore(name));
      const [checkpoint, last] = await Promise.all([answered(meta.get('checkpoint')), answered(meta.get('seq'))]);
      people.forEach((person, at) => {
        const [id, seq] = [crypto.randomUUID(), last + 1 + at];
        const payload = { checkpoint, person, method: 'search' };
        const when = { occurred_at: new Date().toISOString(), offset_ms: 0 };
        const operation = { id, kind: 'checkin.arrive', seq, ...when, actor: 'Maria', refers_to: null, payload };
        operations.add({ id, seq, operation, settled: null, stuck: null, unsettled: seq, queued: seq });
      });
      meta.put(last + people.length, 'seq');
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    },
  };
})();
