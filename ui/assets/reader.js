// Finding one's way in the transcript that is open: every place of some words, every turn of one speaker.
//
// Uses dom.js and transcript.js. Found words are painted by the browser (CSS highlights) and not wrapped in elements, so
// that the only <mark> is the citation.

const reader = find('.or-reader');
const painted = typeof Highlight === 'function' && CSS.highlights ? { all: new Highlight(), one: new Highlight() } : null;
let places = []; // {turn, start, end} in the order of the text; of a whole turn, start is 0 and end 0
let at = -1;

if (painted) {
  CSS.highlights.set('or-found', painted.all);
  CSS.highlights.set('or-found-one', painted.one);
}

// Words as they are compared: without case and accents, letter by letter, so that places stay places.
function folded(text) {
  return Array.from(text, (letter) => {
    const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    return plain.length === letter.length ? plain : letter.length === 1 ? plain[0] || letter : letter;
  }).join('').replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/\s/g, ' ');
}

function readerFor(view) {
  const turns = new Map();
  for (const [name] of view.turns) if (name) turns.set(name, (turns.get(name) || 0) + 1);
  const option = (value, text) => { const made = make('option', '', text); made.value = value; return made; };
  const each = [...turns].map(([name, count]) => option(name, say('reader.one', { name, turns: count.toLocaleString('en') })));
  find('.or-whose').replaceChildren(option('', say('reader.everybody')), ...each);
  find('.or-words').value = '';
  reader.hidden = false;
  search();
}

function search() {
  const wanted = folded(find('.or-words').value.trim()), whose = find('.or-whose').value;
  places = [];
  at = -1;
  if (opened && (wanted || whose)) {
    opened.view.turns.forEach(([name, , , , text], turn) => {
      if (whose && name !== whose) return;
      if (!wanted) { places.push({ turn, start: 0, end: 0 }); return; }
      const words = folded(text);
      for (let start = words.indexOf(wanted); start >= 0; start = words.indexOf(wanted, start + wanted.length)) {
        places.push({ turn, start, end: start + wanted.length });
      }
    });
  }
  painted?.all.clear();
  painted?.one.clear();
  for (const place of places) if (painted && place.end) painted.all.add(rangeOf(place));
  tellFound(wanted || whose);
}

// The place in the turn's text nodes: a citation cuts the text into three.
function rangeOf({ turn, start, end }) {
  const range = document.createRange();
  const walker = document.createTreeWalker(find(`#or-turn-${turn}`), NodeFilter.SHOW_TEXT);
  let before = 0, begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!begun && start < before + node.length) { range.setStart(node, start - before); begun = true; }
    if (begun && end <= before + node.length) { range.setEnd(node, end - before); break; }
    before += node.length;
  }
  return range;
}

function tellFound(asked) {
  const text = !asked ? '' : !places.length ? say('reader.nowhere') : say('reader.place', { at: at < 0 ? '–' : at + 1, count: places.length.toLocaleString('en') });
  find('.or-found').textContent = text;
  for (const each of findAll('.or-up-there, .or-down-there')) each.disabled = !places.length;
}

function toPlace(by) {
  if (!places.length) return;
  at = at < 0 ? firstInSight(by) : (at + by + places.length) % places.length;
  sought = null;
  const place = places[at], said = find(`#or-turn-${place.turn}`);
  if (!place.end) { said.closest('.or-turn').scrollIntoView({ block: 'start', behavior: 'instant' }); tellFound(true); return; }
  const range = rangeOf(place);
  painted?.one.clear();
  painted?.one.add(range);
  said.scrollIntoView({ block: 'nearest', behavior: 'instant' }); // lays the turn out, so that its words have a place
  keepInSight({ isConnected: true, getBoundingClientRect: () => range.getBoundingClientRect() });
  tellFound(true);
}

// The first place from where one is reading, in either direction.
function firstInSight(by) {
  const top = find('.or-transcript').getBoundingClientRect().top;
  const below = places.findIndex(({ turn }) => find(`#or-turn-${turn}`).getBoundingClientRect().bottom > top);
  if (by > 0) return below < 0 ? 0 : below;
  return below <= 0 ? places.length - 1 : below - 1;
}

listen(find('.or-words'), 'input', search);
listen(find('.or-whose'), 'change', () => { search(); toPlace(1); });
listen(reader, 'submit', (event) => { event.preventDefault(); toPlace(1); });
listen(find('.or-words'), 'keydown', (event) => { if (event.key === 'Enter' && event.shiftKey) { event.preventDefault(); toPlace(-1); } });
listen(find('.or-up-there'), 'click', () => toPlace(-1));
