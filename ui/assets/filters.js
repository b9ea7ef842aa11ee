// What questions are restricted to: chips above the box, which are the one truth, and the panel where they are chosen.
//
// Uses dom.js. Python gets the chips with each question, through the hidden component `wish` (see `ui/page/events.py`).

const FILTERS = 'onrecord:filters';
const NO_FILTERS = { speaker: [], document: [], role: [], after: null, before: null };
const ROLES_ANSWERING = ['respondent', 'other'];
const MOST_LISTED = 200;
const filterBar = document.querySelector('.or-filters');
const inBar = (selector) => filterBar.querySelector(selector);

let filters = readFilters();
let filtersFollow = false; // whether the next answer's filters become those of the box
let choices = { people: [], documents: [] }; // what there is to choose from

// Filters live as long as their tab: a reload keeps them, a new conversation begins without.
function readFilters() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(FILTERS) || '{}');
    const listed = (key) => (Array.isArray(kept[key]) ? kept[key].map(String) : []);
    const day = (key) => (/^\d{4}(-\d\d){0,2}$/.test(kept[key]) ? kept[key] : null);
    return { speaker: listed('speaker'), document: listed('document'), role: listed('role'), after: day('after'), before: day('before') };
  } catch (_) { return { ...NO_FILTERS }; }
}

function setFilters(next) {
  filters = { ...NO_FILTERS, ...next };
  try { sessionStorage.setItem(FILTERS, JSON.stringify(filters)); } catch (_) { /* no storage: they last until a reload */ }
  tellWish();
  drawFilters();
}

// What the next question is asked with. The component may not be there yet; then it asks for this when it is.
function tellWish() {
  window.onrecordWish?.(JSON.stringify({ filters, ...settings() }));
}

// Each single filter as {text, without}: `without` are the filters that are left when it is taken away.
function singleFilters() {
  const each = [];
  for (const [key, text] of [['speaker', (name) => name], ['document', titleOfDocument], ['role', (role) => say(`role.${role}`)]]) {
    for (const value of filters[key]) each.push({ text: text(value), without: { ...filters, [key]: filters[key].filter((other) => other !== value) } });
  }
  if (filters.after) each.push({ text: say('filters.from', { date: spokenDay(filters.after) }), without: { ...filters, after: null } });
  if (filters.before) each.push({ text: say('filters.until', { date: spokenDay(filters.before) }), without: { ...filters, before: null } });
  return each;
}

const titleOfDocument = (value) => choices.documents.find((row) => row.value === value)?.title || value;

function drawFilters() {
  const single = singleFilters();
  inBar('.or-filter-open').textContent = single.length ? say(single.length === 1 ? 'filters.one' : 'filters.count', { count: single.length }) : say('filters.title');
  inBar('.or-filter-clear').hidden = single.length < 2;
  inBar('.or-filter-chips').replaceChildren(...single.map(({ text, without }) => {
    const item = make('li');
    const chip = button('or-filter-chip', '', () => { setFilters(without); (inBar('.or-filter-chip') || inBar('.or-filter-open')).focus(); });
    chip.append(make('bdi', '', text), ' ', make('span', '', '×'));
    chip.setAttribute('aria-label', say('filters.remove', { name: text }));
    item.append(chip);
    return item;
  }));
  if (!inBar('.or-filter-panel').hidden) fillPanel();
}

async function openPanel() {
  inBar('.or-filter-panel').hidden = false;
  inBar('.or-filter-open').setAttribute('aria-expanded', 'true');
  await loadChoices();
  fillPanel();
  const first = inBar('.or-filter-panel input:not([hidden]), .or-filter-panel select');
  if (!narrow.matches) first?.focus();
}

function closePanel() {
  inBar('.or-filter-panel').hidden = true;
  inBar('.or-filter-open').setAttribute('aria-expanded', 'false');
}

async function loadChoices() {
  try { choices = await call('list_choices'); } catch (error) { announce(error.message); }
  drawChipsOnly();
}

function drawChipsOnly() { // titles of documents are known now
  if (filters.document.length) drawFilters();
}

function fillPanel() {
  fillList('.or-filter-people', 'speaker', choices.people.map(({ name, turns }) => ({ value: name, text: name, count: turns })));
  fillList('.or-filter-documents', 'document', choices.documents.map(({ value, title, spoken }) => ({ value, text: title, more: spoken })));
  fillList('.or-filter-roles', 'role', ROLES_ANSWERING.map((role) => ({ value: role, text: say(`role.${role}`) })));
  inBar('.or-filter-after').value = wholeDay(filters.after, 'first');
  inBar('.or-filter-before').value = wholeDay(filters.before, 'last');
  const months = new Map();
  for (const { date } of choices.documents) if (date) months.set(date.slice(0, 7), (months.get(date.slice(0, 7)) || 0) + 1);
  const option = (value, text) => { const made = make('option', '', text); made.value = value; return made; };
  const month = inBar('.or-filter-month');
  month.replaceChildren(option('', say('filters.anyMonth')), ...[...months].sort().reverse().map(([each, count]) => option(each, `${spokenDay(each)} (${count})`)));
  month.value = filters.after && filters.after.length === 7 && filters.after === filters.before ? filters.after : '';
}

function fillList(where, key, rows) {
  const wanted = (inBar(`${where} input[type=search]`)?.value || '').trim().toLowerCase();
  const box = inBar(`${where} input[type=search]`);
  if (box) box.hidden = rows.length < 8;
  const chosen = new Set(filters[key]);
  const shown = rows.filter(({ value, text, more }) => chosen.has(value) || !wanted || `${text} ${more || ''}`.toLowerCase().includes(wanted));
  shown.sort((a, b) => chosen.has(b.value) - chosen.has(a.value));
  const list = inBar(`${where} ul`);
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null; // the list is made anew below
  list.replaceChildren(...shown.slice(0, MOST_LISTED).map(({ value, text, count, more }) => {
    const item = make('li'), label = make('label', 'or-check'), tick = make('input');
    tick.type = 'checkbox';
    tick.value = value;
    tick.checked = chosen.has(value);
    tick.addEventListener('change', () => setFilters({ ...filters, [key]: tick.checked ? [...filters[key], value] : filters[key].filter((other) => other !== value) }));
    label.append(tick, ' ', make('bdi', '', text));
    if (count || more) label.append(' ', make('small', '', more || count.toLocaleString('en')));
    item.append(label);
    return item;
  }));
  if (focused !== null) [...list.querySelectorAll('input')].find((each) => each.value === focused)?.focus({ preventScroll: true });
}

// A date is a day, a month or a year: "2024-03" is March 2024. The picker wants a day.
function wholeDay(value, which) {
  if (!value || value.length === 10) return value || '';
  const [year, month] = value.split('-').map(Number);
  const day = which === 'first' ? new Date(Date.UTC(year, (month || 1) - 1, 1)) : new Date(Date.UTC(year, month || 12, 0));
  return day.toISOString().slice(0, 10);
}

function spokenDay(value) {
  const form = { year: 'numeric', timeZone: 'UTC', ...(value.length > 4 && { month: 'long' }), ...(value.length > 7 && { day: 'numeric' }) };
  return new Date(`${wholeDay(value, 'first')}T00:00:00Z`).toLocaleDateString('en-GB', form);
}

listen(inBar('.or-filter-open'), 'click', () => { if (inBar('.or-filter-panel').hidden) openPanel(); else closePanel(); });
listen(inBar('.or-filter-close'), 'click', () => { closePanel(); inBar('.or-filter-open').focus(); });
listen(inBar('.or-filter-clear'), 'click', () => { setFilters(NO_FILTERS); inBar('.or-filter-open').focus(); });
listen(inBar('.or-filter-month'), 'change', (event) => setFilters({ ...filters, after: event.target.value || null, before: event.target.value || null }));
listen(inBar('.or-filter-after'), 'change', (event) => setFilters({ ...filters, after: event.target.value || null }));
listen(inBar('.or-filter-before'), 'change', (event) => setFilters({ ...filters, before: event.target.value || null }));
for (const box of filterBar.querySelectorAll('input[type=search]')) listen(box, 'input', fillPanel);
listen(document, 'keydown', (event) => { // wherever the focus is: a click beside the fields takes it from them
  if (event.key === 'Escape' && !inBar('.or-filter-panel').hidden) { event.stopImmediatePropagation(); closePanel(); inBar('.or-filter-open').focus(); }
});

// What writes the answer, and how much it reads: set once, kept in this browser.
const SETTINGS = 'onrecord:settings';

function settings() {
  try { return JSON.parse(localStorage.getItem(SETTINGS) || '{}'); } catch (_) { return {}; }
}

function setSetting(key, value) {
  try { localStorage.setItem(SETTINGS, JSON.stringify({ ...settings(), [key]: value })); } catch (_) { announce(say('settings.unkept')); }
  tellWish();
}

function drawSettings() {
  const writer = find('.or-writer'), depth = find('.or-depth'), chosen = settings();
  writer.replaceChildren(...page.generators.map((name) => make('option', '', name)));
  writer.value = page.generators.includes(chosen.generator) ? chosen.generator : page.generator;
  depth.value = chosen.k || page.k;
}
listen(find('.or-writer'), 'change', (event) => setSetting('generator', event.target.value));
listen(find('.or-depth'), 'change', (event) => setSetting('k', Math.min(Math.max(Math.round(Number(event.target.value)) || page.k, 1), 20)));
