// From a citation to its place: a link or a chip opens the document, marks the words and describes where they are.
//
// Uses dom.js and transcript.js. A `place` is a parsed link: {kind: 'cite' | 'place', id, start, end, link}.

const sources = new Map(); // document id → promise of its view

function parsePlace(link) {
  try { link = link && decodeURI(link); } catch (_) { return null; }
  const found = /^#(cite|place)\/([^./]+)\.(\d+)-(\d+)$/.exec(link || '');
  const [start, end] = found ? [Number(found[3]), Number(found[4])] : [];
  return found && start < end ? { kind: found[1], id: found[2], start, end, link } : null;
}

function source(id) {
  if (!sources.has(id)) {
    const asked = call('get_source', id);
    sources.set(id, asked);
    asked.catch(() => sources.delete(id));
  }
  return sources.get(id);
}

let latest = 0; // of two quick clicks, the later one counts, whichever document comes first

async function openPlace(place, { focus = true, chip = null } = {}) {
  const ticket = ++latest;
  const view = await sourceOrGone(place && place.id, ticket);
  if (!view) return;
  if (chip) clicked = chip;
  show('transcript');
  if (!opened || opened.view !== view) build(view);
  opened = { ...place, view };
  if (!mark(view, place, focus)) { gone(); return; }
  describe(view, place);
  search(); // the mark has changed the text nodes in which words were found
}

async function openDocument(id) {
  const ticket = ++latest;
  const view = await sourceOrGone(id, ticket);
  if (!view) return;
  build(view);
  opened = { view, link: addressOf(id) };
  describe(view, null);
  show('transcript');
  find('.or-transcript').scrollTop = 0;
  find('.or-transcript').focus();
}

// The view of a document, or null if another was asked for since, or if there is none: then the pane says so.
async function sourceOrGone(id, ticket) {
  try {
    if (!id) throw new Error(say('pane.gone'));
    const view = await source(id);
    return ticket === latest ? view : null;
  } catch (error) {
    if (ticket === latest) gone(error.message);
    return null;
  }
}

// What stands in the place of a transcript that cannot be shown, with the way to those that can.
function gone(text = say('pane.gone')) {
  opened = null;
  find('.or-place').hidden = true;
  find('.or-reader').hidden = true;
  const ways = make('p', 'or-hint');
  ways.append(button('or-plain', say('pane.others'), () => go('#documents')));
  find('.or-transcript').replaceChildren(make('p', 'or-gone', text), ways);
  show('transcript');
  announce(text);
}

function describe(view, place) {
  const number = place ? turnAt(view, place) : -1;
  const asked = number < 0 ? null : lastBefore(view.asked, number)?.[1];
  find('.or-question-asked').hidden = !asked;
  find('.or-question-asked span').textContent = asked ? asRead(asked) : '';
  find('.or-question-asked').dir = 'auto';
  const found = place && chipOf(place);
  const order = found ? `${found.at + 1} / ${found.all.length}` : '';
  find('.or-where').textContent = place ? [order, pageOf(view, place), characters(place)].filter(Boolean).join(' · ') : '';
  for (const tool of findAll('.or-copy-citation, .or-copy-link')) tool.hidden = number < 0;
  for (const tool of findAll('.or-previous, .or-next')) tool.hidden = !found || found.all.length < 2;
  for (const chip of findAll('#chat a.or-chip[aria-current]', document)) chip.removeAttribute('aria-current');
  found?.link.setAttribute('aria-current', 'true');
}

// The words of some places of one turn with their source, to paste: {text, html}, on one line.
function citationOf(view, places) {
  const [speaker, , begin, , said] = view.turns[turnAt(view, places[0])];
  const quote = places.map(({ start, end }) => onOneLine(pieces(said, start - begin, end - begin)[1])).join(' […] ');
  const parts = [speaker, view.title, view.spoken, pageOf(view, places[0]), timeOf(view, places[0])].filter(Boolean);
  const origin = view.url || view.source;
  const box = make('p');
  box.append(`“${quote}” (${[speaker].filter(Boolean).map((name) => `${name}, `).join('')}`);
  if (view.title) box.append(make('cite', '', view.title), ', ');
  box.append([...parts.slice(speaker ? 1 : 0).filter((part) => part !== view.title), ''].join(', '));
  const link = make(view.url ? 'a' : 'span', '', origin);
  if (view.url) link.href = view.url;
  box.append(link, ')');
  return { text: `“${quote}” (${[...parts, origin].join(', ')})`, html: box.outerHTML };
}

function copyCitation(view, places) {
  const { text, html } = citationOf(view, places);
  copy(text, html);
}

const chipsIn = (answer) => findAll('a.or-chip[href^="#cite/"]', answer);
let clicked = null; // the chip that was clicked last

// The chip of a place, {link, at, all}: its place among those of its answer, which is the one that was clicked in, or the last.
function chipOf(place) {
  const same = (chip) => place && chip.getAttribute('href') === place.link;
  const answer = clicked?.isConnected && same(clicked) ? clicked.closest('.or-answer') : answers().reverse().find((each) => chipsIn(each).some(same));
  const all = answer ? chipsIn(answer) : [];
  const link = all.includes(clicked) && same(clicked) ? clicked : all.find(same);
  return link ? { link, at: all.indexOf(link), all } : null;
}

// The next or the previous citation of the same answer. It takes the history entry of the one before.
function step(by) {
  const found = chipOf(opened);
  const all = found ? found.all : chipsIn(answers().pop() || find('.or-sheet'));
  if (!all.length) return;
  const next = found ? Math.min(Math.max(found.at + by, 0), all.length - 1) : by > 0 ? 0 : all.length - 1;
  go(all[next].getAttribute('href'), { chip: all[next], replace: Boolean(found) });
}

listen(find('.or-previous'), 'click', () => step(-1));
listen(find('.or-next'), 'click', () => step(1));
listen(find('.or-copy-citation'), 'click', () => copyCitation(opened.view, [opened]));
listen(find('.or-copy-link'), 'click', () => copy(location.origin + location.pathname + opened.link.replace('#place/', '#cite/')));
