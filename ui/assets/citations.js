// From a citation to its place: a link or a chip opens the document, marks the words and describes where they are.
//
// Uses dom.js and transcript.js. A `place` is a parsed link: {kind: 'cite' | 'place', id, start, end, link}.

let chipClicked = null;
const sources = new Map(); // document id → promise of its view

function parsePlace(link) {
  try { link = link && decodeURI(link); } catch (_) { return null; }
  const found = /^#(cite|place)\/([^./]+)\.(\d+)-(\d+)$/.exec(link || '');
  return found && { kind: found[1], id: found[2], start: Number(found[3]), end: Number(found[4]), link };
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
  let view;
  try { view = await source(place.id); } catch (error) {
    if (ticket === latest) { announce(error.message); show('transcript'); raise(); }
    return;
  }
  if (ticket !== latest) return;
  if (chip) chipClicked = chip;
  show('transcript');
  raise();
  if (!opened || opened.view !== view) build(view);
  opened = { ...place, view };
  history.replaceState(history.state, '', place.link);
  mark(view, place, focus);
  describe(view, place);
}

async function openDocument(id) {
  const ticket = ++latest;
  let view;
  try { view = await source(id); } catch (error) { announce(error.message); return; }
  if (ticket !== latest) return;
  build(view);
  show('transcript');
  raise();
  find('.or-transcript').scrollTop = 0;
  find('.or-transcript').focus();
}

function describe(view, place) {
  const number = turnAt(view, place);
  const asked = lastBefore(view.asked, number)?.[1];
  find('.or-question-asked').hidden = !asked;
  find('.or-question-asked span').textContent = asked ? asRead(asked) : '';
  find('.or-question-asked').dir = 'auto';
  const all = chips();
  const at = all.indexOf(chipClicked);
  const order = at >= 0 ? `${at + 1} / ${all.length}` : '';
  find('.or-where').textContent = [order, pageOf(view, place), characters(place)].filter(Boolean).join(' · ');
  for (const tool of findAll('.or-copy-citation, .or-copy-link')) tool.hidden = number < 0;
  for (const chip of all) {
    if (chip === chipClicked) chip.setAttribute('aria-current', 'true'); else chip.removeAttribute('aria-current');
  }
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

const chips = () => findAll('#chat a.or-chip[href^="#cite/"]', document);

function step(by) {
  const all = chips();
  if (!all.length) return;
  const at = all.indexOf(chipClicked);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  openPlace(parsePlace(all[next].getAttribute('href')), { chip: all[next] });
}

listen(find('.or-previous'), 'click', () => step(-1));
listen(find('.or-next'), 'click', () => step(1));
listen(find('.or-copy-citation'), 'click', () => copyCitation(opened.view, [opened]));
listen(find('.or-copy-link'), 'click', () => copy(location.origin + location.pathname + opened.link.replace('#place/', '#cite/')));

listen(window, 'hashchange', () => { // a link to a place was typed or pasted
  const place = parsePlace(location.hash);
  if (place) openPlace(place);
});
