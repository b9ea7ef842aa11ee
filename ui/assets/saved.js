// Quotes that a reader saves from cards: kept in this browser, listed with the conversations, copied together.
//
// Uses dom.js, citations.js, conversations.js and cards.js.

const SAVED = 'onrecord:saved';
const MOST_SAVED = 500;

function savedQuotes() {
  try { return JSON.parse(remembered(SAVED) || '[]').filter(({ text, link }) => typeof text === 'string' && parsePlace(link)); } catch (_) { return []; }
}

function putSaved(quotes) {
  try { storage?.setItem(SAVED, JSON.stringify(quotes.slice(-MOST_SAVED))); } catch (_) { announce(say('saved.full')); return; }
  listSaved();
  markSaved();
}

async function saveCard(card) {
  const places = placesOf(card);
  if (!places.length) return;
  const quotes = savedQuotes();
  const { link } = places[0];
  if (quotes.some((quote) => quote.link === link)) { putSaved(quotes.filter((quote) => quote.link !== link)); return; }
  try {
    const view = await source(places[0].id);
    if (turnAt(view, places[0]) < 0) throw new Error(say('pane.gone'));
    putSaved([...quotes, { ...citationOf(view, places), link }]);
    announce(say('saved.done'));
  } catch (error) { announce(error.message); }
}

// Cards whose words are saved say so.
function markSaved() {
  const links = new Set(savedQuotes().map(({ link }) => link));
  for (const save of findAll('#chat .or-card .or-save', document)) {
    const on = links.has(placesOf(save.closest('.or-card'))[0]?.link);
    if (save.getAttribute('aria-pressed') === String(on)) continue;
    save.setAttribute('aria-pressed', on);
    save.textContent = say(on ? 'saved.on' : 'cards.save');
  }
}

const shelf = make('section', 'or-saved');
find('#or-view-conversations').prepend(shelf);

function listSaved() {
  const quotes = savedQuotes();
  shelf.hidden = !quotes.length;
  const list = make('ul');
  for (const { text, html, link } of quotes) {
    const row = make('li', 'or-row');
    const words = make('div', 'or-row-text', text);
    words.dir = 'auto';
    const tools = make('div', 'or-row-tools');
    const open = make('a', 'or-plain', say('documents.open'));
    open.href = link;
    tools.append(open, button('or-plain', say('cards.cite'), () => copy(text, html)), button('or-plain', say('documents.remove'), () => putSaved(savedQuotes().filter((quote) => quote.link !== link))));
    row.append(words, tools);
    list.append(row);
  }
  const all = button('or-plain', say('saved.copy'), () => copy(savedQuotes().map(({ text }) => text).join('\n\n'), savedQuotes().map(({ html }) => html).join('')));
  shelf.replaceChildren(make('h2', '', say('saved.title')), list, all);
}
listen(window, 'storage', (event) => { if (event.key === SAVED) { listSaved(); markSaved(); } });
