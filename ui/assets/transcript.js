// A transcript: its turns as elements, and the cited words marked in them.
//
// Uses dom.js, reading.js, whoSpeaks of speakers.js and readerFor of reader.js. A `view` is the server's `get_source`; a turn in it
// is [speaker, role, start, seconds, text].

let opened = null; // {view, kind, id, start, end, link}: the document that is shown, and the place in it

function build(view) {
  const parts = document.createDocumentFragment();
  let speaker = null;
  const leftOut = [...view.leftOut];
  const omitBefore = (place) => { while (leftOut.length && leftOut[0][0] < place) parts.append(omitted(leftOut.shift()[1])); };
  for (const note of view.notes) parts.append(make('p', 'or-hint', note));
  parts.append(whoSpeaks(view));
  view.turns.forEach(([name, role, begin, seconds, text], number) => {
    omitBefore(begin);
    const turn = make('div', `or-turn or-${role}`);
    if (name !== speaker || seconds !== null) {
      const head = make('p', 'or-speaker');
      head.append(make('bdi', '', name || '—'));
      if (seconds !== null) head.append(' ', make('span', 'or-time', clock(seconds)));
      turn.append(head);
    }
    speaker = name;
    const said = make('div', 'or-said');
    said.append(...readable(text, unread(text)));
    said.id = `or-turn-${number}`;
    said.dir = 'auto';
    turn.append(said);
    parts.append(turn);
  });
  omitBefore(Infinity);
  const box = find('.or-transcript');
  box.replaceChildren(parts);
  find('.or-place').hidden = false;
  find('.or-doc-title').textContent = view.title || view.source;
  find('.or-doc-title').title = view.title || view.source; // a long one is cut
  find('.or-doc-title').dir = 'auto';
  find('.or-doc-meta').textContent = [view.spoken, view.place].filter(Boolean).join(' · ');
  const reading = view.grammar && say('pane.reading', { grammar: view.grammar, percent: Math.round(view.confidence * 100) });
  const facts = [view.source, reading, `${say('pane.hash')}: ${view.sha256}`].filter(Boolean);
  find('.or-doc-file ul').replaceChildren(...facts.map((fact) => make('li', '', fact)));
  find('.or-question-asked').hidden = true;
  find('.or-where').textContent = '';
  for (const tool of findAll('.or-copy-citation, .or-copy-link')) tool.hidden = true;
  opened = { view };
  readerFor(view);
}

// Text of the file that is not speech: folded, so that nobody takes it for a part of the talk.
function omitted(text) {
  const box = make('details', 'or-omitted');
  const words = make('div');
  words.append(...readable(text, unread(text)));
  words.dir = 'auto';
  box.append(make('summary', '', say('pane.leftOut')), words);
  return box;
}

// The last [offset, value] at or before an offset.
const lastBefore = (places, offset) => { const found = places.filter(([at]) => at <= offset); return found.length ? found[found.length - 1] : null; };

function pageOf(view, { start, end }) {
  const [first, last] = [lastBefore(view.pages, start), lastBefore(view.pages, end - 1)];
  return first && say('pane.page', { page: first[1] === last[1] ? first[1] : `${first[1]}–${last[1]}` });
}

// A time stamp within the turn, else when the turn begins.
function timeOf(view, place) {
  const [, , begin, seconds] = view.turns[turnAt(view, place)];
  const { start } = place;
  const stamp = lastBefore(view.times, start);
  const at = stamp && stamp[0] >= begin ? stamp[1] : seconds;
  return at === null ? '' : clock(at);
}

// Offsets count Unicode characters; a JavaScript string counts UTF-16 units.
function pieces(text, start, end) {
  if (!/[\ud800-\udfff]/.test(text)) return [text.slice(0, start), text.slice(start, end), text.slice(end)];
  const characters = Array.from(text);
  return [characters.slice(0, start), characters.slice(start, end), characters.slice(end)].map((part) => part.join(''));
}

const lengthOf = (text) => (/[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length);

function turnAt(view, place) {
  return view.turns.findIndex(([, , start, , text]) => start <= place.start && place.end <= start + lengthOf(text));
}

function mark(view, place, focus) {
  for (const said of findAll('.or-transcript .or-cited')) {
    const words = said.textContent;
    said.replaceChildren(...readable(words, unread(words)));
    said.classList.remove('or-cited');
  }
  const number = turnAt(view, place);
  if (number < 0) return false;
  const [, , start, , text] = view.turns[number];
  const said = find(`#or-turn-${number}`);
  const [before, cited] = pieces(text, place.start - start, place.end - start);
  const marks = unread(text);
  const end = before.length + cited.length;
  const marked = make(place.kind === 'cite' ? 'mark' : 'span', 'or-marked');
  marked.append(...readable(text, marks, before.length, end));
  marked.tabIndex = -1;
  said.replaceChildren(...readable(text, marks, 0, before.length), marked, ...readable(text, marks, end));
  said.classList.add('or-cited');
  keepInSight(marked);
  if (focus) marked.focus({ preventScroll: true });
  return true;
}

const SETTLED_MS = 1500; // after that, nothing moves by itself
let sought = null; // what is being kept in sight

// Keeps the mark where it is to be while things around it find their size: turns that come near are laid out and are
// higher than was guessed, and the head gets its texts. A reader who scrolls ends that.
function keepInSight(marked) {
  const box = find('.or-transcript');
  const until = performance.now() + SETTLED_MS;
  sought = marked;
  const release = () => { if (sought === marked) sought = null; };
  for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown']) box.addEventListener(kind, release, { once: true, passive: true });
  const again = () => {
    if (sought !== marked || !marked.isConnected || performance.now() > until) return;
    bringIntoSight(marked);
    requestAnimationFrame(again);
  };
  again();
}

// Scrolls the transcript only, never the page: the mark is a little above the middle, with its beginning in sight.
function bringIntoSight(marked) {
  const box = find('.or-transcript');
  const top = marked.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  const room = Math.max(16, (box.clientHeight - marked.getBoundingClientRect().height) / 3);
  if (Math.abs(box.scrollTop - (top - room)) > 1) box.scrollTo({ top: top - room, behavior: 'instant' });
}
