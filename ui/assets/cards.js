// The cards of an answer: their order, one sentence more, and copying the words of one with their source.
//
// Uses dom.js, reading.js, transcript.js and citations.js. The cards are made by `ui/cards.py`.

const ORDER = 'onrecord:order'; // 'relevance', or nothing for the order of dates

const linksOf = (card) => findAll('a[href^="#cite/"]', card);
const rankOf = (card) => Number(/or-rank-(\d+)/.exec(card.className)?.[1] || 0);

// Cards come by date: their place in that order is kept when they are first moved.
function arrange(answer, byRelevance) {
  const box = answer.querySelector('.or-cards');
  if (!box || !answer.querySelector('.or-order')) return;
  const cards = [...box.children];
  cards.forEach((card, number) => { card.byDate ??= number; });
  const key = byRelevance ? rankOf : (card) => card.byDate;
  const sorted = [...cards].sort((one, other) => key(one) - key(other));
  if (sorted.some((card, number) => card !== cards[number])) box.append(...sorted);
  answer.querySelector('.or-by-date').setAttribute('aria-pressed', !byRelevance);
  answer.querySelector('.or-by-relevance').setAttribute('aria-pressed', byRelevance);
}

// What was chosen once holds for every answer on the page, and for those to come.
function arrangeAll() {
  const byRelevance = remembered(ORDER) === 'relevance';
  for (const answer of findAll('#chat .or-answer', document)) arrange(answer, byRelevance);
}
const arriving = new MutationObserver(arrangeAll);
arriving.observe(document.querySelector('#chat') || document.body, { childList: true, subtree: true });
stopping.signal.addEventListener('abort', () => arriving.disconnect(), { once: true });

// The sentences of a turn as [start, end) in UTF-16 units. A line break of the file ends no sentence.
function sentencesOf(said) {
  const flowing = said.replace(/\n(?![^\S\n]*\n)/g, ' ');
  if (!window.Intl?.Segmenter) return [...flowing.matchAll(/[^.!?。！？]+[.!?。！？]*\s*/g)].map((found) => [found.index, found.index + found[0].length]);
  return [...new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(flowing)].map(({ index, segment }) => [index, index + segment.length]);
}

// The place with one more sentence of the same turn before or after it; null if there is none.
function wider(view, place, by) {
  const number = turnAt(view, place);
  if (number < 0) return null;
  const [, , begin, , said] = view.turns[number];
  const [before, quote] = pieces(said, place.start - begin, place.end - begin);
  let [from, to] = [before.length, before.length + quote.length];
  const words = ([start, end]) => said.slice(start, end).trim();
  const spans = sentencesOf(said).filter(words);
  if (by < 0) {
    const earlier = spans.filter(([start]) => start < from && said.slice(start, from).trim()).pop();
    if (!earlier) return null;
    [from] = earlier;
  } else {
    const later = spans.find(([, end]) => end > to && said.slice(to, end).trim());
    if (!later) return null;
    [, to] = later;
    to -= said.slice(0, to).length - said.slice(0, to).trimEnd().length;
  }
  return { ...place, start: begin + lengthOf(said.slice(0, from)), end: begin + lengthOf(said.slice(0, to)) };
}

async function extend(card, by) {
  const links = linksOf(card);
  const link = by < 0 ? links[0] : links[links.length - 1];
  const place = parsePlace(link?.getAttribute('href'));
  if (!place) return;
  let view;
  try { view = await source(place.id); } catch (error) { announce(error.message); return; }
  const more = wider(view, place, by);
  if (!more) { announce(say('cards.whole')); return; }
  const [, , begin, , said] = view.turns[turnAt(view, more)];
  const words = pieces(said, more.start - begin, more.end - begin)[1];
  const quotes = findAll('.or-quote', card);
  (by < 0 ? quotes[0] : quotes[quotes.length - 1]).replaceChildren('“', ...readable(words, unread(words)), '”');
  if (by < 0) card.querySelector('.or-introduction')?.remove();
  link.setAttribute('href', `#cite/${encodeURIComponent(more.id)}.${more.start}-${more.end}`);
}

async function copyCard(card) {
  const places = linksOf(card).map((link) => parsePlace(link.getAttribute('href'))).filter(Boolean);
  if (!places.length) return;
  try {
    const view = await source(places[0].id);
    if (turnAt(view, places[0]) < 0) throw new Error(say('pane.gone'));
    copyCitation(view, places);
  } catch (error) { announce(error.message); }
}

listen(document, 'click', (event) => {
  const clicked = event.target.closest?.('#chat .or-act');
  if (!clicked) return;
  const is = (name) => clicked.classList.contains(`or-${name}`);
  const card = clicked.closest('.or-card');
  if (is('by-date') || is('by-relevance')) {
    storage?.setItem(ORDER, is('by-relevance') ? 'relevance' : 'date');
    arrangeAll();
  } else if (card && is('earlier')) extend(card, -1);
  else if (card && is('later')) extend(card, 1);
  else if (card && is('cite')) copyCard(card);
});
