// The cards of an answer: their order, one sentence more, and copying the words of one with their source.
//
// Uses dom.js, reading.js, transcript.js and citations.js. The cards are made by `ui/cards.py`.

const ORDER = 'onrecord:order'; // 'relevance', or nothing for the order of dates

const linksOf = (card) => findAll('a[href^="#cite/"]', card);
const rankOf = (card) => Number(/or-rank-(\d+)/.exec(card.className)?.[1] || 0);

// Cards come by date: their place in that order is kept when they are first moved.
function arrange(answer, byRelevance) {
  const box = answer.querySelector('.or-cards:not(.or-more-cards)');
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
  const done = findAll('#chat .or-answer:not(.or-pending):not(.or-welcome)', document);
  if (done.length === conversation.exchanges.length) offerMore(done[done.length - 1], conversation.exchanges[done.length - 1]);
  const byRelevance = remembered(ORDER) === 'relevance';
  for (const answer of findAll('#chat .or-answer', document)) arrange(answer, byRelevance);
  markSaved();
}
// Python sends the conversation a moment after the chat is drawn: what needs it is done once more then.
const arriving = new MutationObserver(() => {
  arrangeAll();
  clearTimeout(arrangeAll.timer);
  arrangeAll.timer = setTimeout(arrangeAll, 600);
});
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

const placesOf = (card) => linksOf(card).map((link) => parsePlace(link.getAttribute('href'))).filter(Boolean);

async function copyCard(card) {
  const places = placesOf(card);
  if (!places.length) return;
  try {
    const view = await source(places[0].id);
    if (turnAt(view, places[0]) < 0) throw new Error(say('pane.gone'));
    copyCitation(view, places);
  } catch (error) { announce(error.message); }
}

// More statements on the same matter, by date: counted when an answer is there, shown a few at a time.
const MORE_AT_ONCE = 10;

function statementCard({ id, start, end, who, when, event, source: file, asked, words }) {
  const card = make('section', 'or-card or-more-card');
  const head = make('p', 'or-card-head');
  const name = make('strong');
  name.append(make('bdi', '', who));
  const title = make('bdi', '', event);
  title.title = file;
  head.append(name, ...(when ? [' · ', when] : []), ' · ', title);
  card.append(head);
  if (asked) {
    const put = make('p', 'or-card-asked', `${say('cards.asked')} `);
    put.dir = 'auto';
    put.append(make('span', '', asked));
    card.append(put);
  }
  const quote = make('blockquote', 'or-card-quote');
  quote.dir = 'auto';
  const said = make('span', 'or-quote');
  said.append('“', ...readable(words, unread(words)), '”');
  const link = make('a', 'or-open-place', say('documents.open'));
  link.href = `#cite/${encodeURIComponent(id)}.${start}-${end}`;
  quote.append(said, ' ', link);
  const tools = make('p', 'or-card-tools');
  for (const kind of ['cite', 'save', 'earlier', 'later']) tools.append(button(`or-act or-${kind}`, say(`cards.${kind}`), () => {}));
  card.append(quote, tools);
  return card;
}

async function offerMore(answer, exchange) {
  if (!answer || answer.querySelector('.or-more') || !exchange?.answer?.citations.length) return;
  const { query, filters, citations } = exchange.answer;
  const line = make('p', 'or-more');
  answer.querySelector('.or-cards')?.after(line);
  let found;
  try { found = await call('more_statements', { query, filters, shown: citations.map(({ document_id: id, start, end }) => [id, start, end]) }); } catch (_) { return; }
  if (!found.length) return;
  const box = make('div', 'or-cards or-more-cards');
  let next = 0;
  const total = citations.length + found.length;
  const show = button('or-plain or-show-more', say('cards.showMore'), () => {
    for (const each of found.slice(next, next + MORE_AT_ONCE)) box.append(statementCard(each));
    next = Math.min(next + MORE_AT_ONCE, found.length);
    count.textContent = say('cards.more', { shown: citations.length + next, total });
    show.hidden = next === found.length;
  });
  const count = make('span', '', say('cards.more', { shown: citations.length, total }));
  line.append(count, ' ', show);
  line.before(box);
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
  else if (card && is('save')) saveCard(card);
});
