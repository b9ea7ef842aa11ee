// The page's own script: transcripts with the cited place marked, documents, conversations. Gradio runs it once, with
// `element` (the pane), `trigger` (an event for Python) and `server` (functions that Python answers).
//
// Nothing that comes from a document, a user or a model is ever parsed as HTML here: it goes through textContent.

const find = (selector, root = element) => root.querySelector(selector);
const findAll = (selector, root = element) => [...root.querySelectorAll(selector)];
const KEPT = 'onrecord:conversation:', CURRENT = 'onrecord:current', KEEP = 'onrecord:keep', THEME = 'onrecord:theme';
const MOST_KEPT = 100;

let page = { texts: {}, readOnly: true, maxBytes: 0 };
let conversation = { id: '', exchanges: [], copies: [] };
let opened = null; // {view, start, end, kind}: the document that is shown, and the place in it
let chipClicked = null;
const sources = new Map(); // document id → promise of its view

if (window.onrecord) window.onrecord.stop();
const stopping = new AbortController();
const listen = (target, kind, act, options = {}) => target.addEventListener(kind, act, { signal: stopping.signal, ...options });

// -- small things ---------------------------------------------------------------------------------------------------

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(className, text, act) {
  const made = make('button', className, text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

function say(name, values = {}) {
  return (page.texts[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
}

function announce(text) {
  const line = document.querySelector('.or-status');
  line.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { line.textContent = ''; }, 6000);
}

async function call(name, value = null) {
  let result;
  try { result = await server[name](value); } catch (_) { throw new Error(say('error.server')); }
  if (result === undefined || result === null) throw new Error(say('error.server'));
  if (result.error) throw new Error(result.error);
  return result;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (_) { // no clipboard without a secure origin
    const area = make('textarea', 'or-offscreen');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  announce(say('pane.copied'));
}

const answerCount = (count) => say(count === 1 ? 'documents.answer' : 'documents.answers', { count });
const clock = (seconds) => new Date(1000 * Math.floor(seconds)).toISOString().slice(11, 19);
const characters = (place) => say('pane.characters', place);
const sheet = () => document.querySelector('#or-page').classList;

// -- views ----------------------------------------------------------------------------------------------------------

function show(view, focus = false) {
  for (const tab of findAll('[role=tab]')) {
    const chosen = tab.dataset.view === view;
    tab.setAttribute('aria-selected', chosen);
    tab.tabIndex = chosen ? 0 : -1;
    find(`#or-view-${tab.dataset.view}`).hidden = !chosen;
    if (chosen && focus) tab.focus();
  }
  if (view === 'documents') listDocuments();
  if (view === 'conversations') listConversations();
}

function raise() { sheet().add('or-open'); }

function lower() {
  sheet().remove('or-open');
  const chip = chipClicked && chipClicked.isConnected ? chipClicked : document.querySelector('#or-box textarea');
  if (chip) chip.focus();
}

// -- the transcript and the place in it -----------------------------------------------------------------------------

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

function build(view) {
  const parts = document.createDocumentFragment();
  let speaker = null;
  const leftOut = [...view.leftOut];
  const omitBefore = (place) => { while (leftOut.length && leftOut[0][0] < place) parts.append(omitted(leftOut.shift()[1])); };
  for (const note of view.notes) parts.append(make('p', 'or-hint', note));
  view.turns.forEach(([name, role, begin, seconds, text], number) => {
    omitBefore(begin);
    const turn = make('div', `or-turn or-${role}`);
    if (name !== speaker || seconds !== null) {
      const head = make('p', 'or-speaker', name || '—');
      if (seconds !== null) head.append(' ', make('span', 'or-time', clock(seconds)));
      turn.append(head);
    }
    speaker = name;
    const said = make('div', 'or-said', text);
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
  const reading = view.grammar && say('pane.reading', { grammar: view.grammar, confidence: view.confidence.toFixed(2) });
  find('.or-doc-meta').textContent = [view.spoken, view.place, view.source, reading].filter(Boolean).join(' · ');
  find('.or-doc-meta').title = `${say('pane.hash')}: ${view.sha256}`;
  find('.or-question-asked').hidden = true;
  find('.or-where').textContent = '';
  for (const tool of findAll('.or-copy-citation, .or-copy-link')) tool.hidden = true;
  opened = { view };
}

// What stands in the file and is nobody's speech: folded, so that nobody takes it for a part of the talk.
function omitted(text) {
  const box = make('details', 'or-omitted');
  const words = make('div', '', text);
  words.dir = 'auto';
  box.append(make('summary', '', say('pane.leftOut')), words);
  return box;
}

const lastBefore = (places, offset) => { const found = places.filter(([at]) => at <= offset); return found.length ? found[found.length - 1] : null; };

function pageOf(view, { start, end }) {
  const [first, last] = [lastBefore(view.pages, start), lastBefore(view.pages, end - 1)];
  return first && say('pane.page', { page: first[1] === last[1] ? first[1] : `${first[1]}–${last[1]}` });
}

// A time stamp within the turn, else when the turn begins.
function timeOf(view, { start }) {
  const [, , begin, seconds] = view.turns[turnAt(view, opened)];
  const stamp = lastBefore(view.times, start);
  const at = stamp && stamp[0] >= begin ? stamp[1] : seconds;
  return at === null ? '' : clock(at);
}

// Offsets count Unicode characters; a string in the browser counts UTF-16 units.
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
  for (const old of findAll('.or-transcript .or-marked')) old.replaceWith(old.textContent);
  for (const said of findAll('.or-transcript .or-cited')) { said.normalize(); said.classList.remove('or-cited'); }
  const number = turnAt(view, place);
  if (number < 0) { announce(say('pane.gone')); return; }
  const [, , start, , text] = view.turns[number];
  const said = find(`#or-turn-${number}`);
  const [before, cited, after] = pieces(text, place.start - start, place.end - start);
  const marked = make(place.kind === 'cite' ? 'mark' : 'span', 'or-marked', cited);
  marked.tabIndex = -1;
  said.replaceChildren(before, marked, after);
  said.classList.add('or-cited');
  bringIntoSight(marked);
  // Turns beside it are laid out now that they are near, and may be higher than was guessed.
  requestAnimationFrame(() => bringIntoSight(marked));
  if (focus) marked.focus({ preventScroll: true });
}

// The transcript alone is scrolled, so that the page stays where it is: the mark a little above the middle, its beginning
// in sight.
function bringIntoSight(marked) {
  const box = find('.or-transcript');
  const top = marked.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  const room = Math.max(16, (box.clientHeight - marked.getBoundingClientRect().height) / 3);
  box.scrollTo({ top: top - room, behavior: 'instant' });
}

function describe(view, place) {
  const number = turnAt(view, place);
  const asked = view.turns.slice(0, Math.max(number, 0)).reverse().find(([, role]) => role === 'interviewer');
  find('.or-question-asked').hidden = !asked;
  find('.or-question-asked span').textContent = asked ? asked[4] : '';
  const all = chips();
  const at = all.indexOf(chipClicked);
  const order = at >= 0 ? `${at + 1} / ${all.length}` : '';
  find('.or-where').textContent = [order, pageOf(view, place), characters(place)].filter(Boolean).join(' · ');
  for (const tool of findAll('.or-copy-citation, .or-copy-link')) tool.hidden = number < 0;
  for (const chip of all) {
    if (chip === chipClicked) chip.setAttribute('aria-current', 'true'); else chip.removeAttribute('aria-current');
  }
}

function citationText() {
  const { view, start, end } = opened;
  const [speaker] = view.turns[turnAt(view, opened)];
  const place = [view.source, pageOf(view, opened), characters({ start, end }), timeOf(view, opened)].filter(Boolean).join(', ');
  return `“${find('.or-transcript .or-marked').textContent}” — ${[speaker, view.title, view.spoken, place].filter(Boolean).join(', ')}`;
}

const chips = () => findAll('#chat a.or-chip[href^="#cite/"]', document);

function step(by) {
  const all = chips();
  if (!all.length) return;
  const at = all.indexOf(chipClicked);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  openPlace(parsePlace(all[next].getAttribute('href')), { chip: all[next] });
}

// -- documents ------------------------------------------------------------------------------------------------------

let listed = null;

async function listDocuments(fresh = true) {
  const list = find('.or-documents');
  let rows;
  try { rows = listed = fresh || !listed ? await call('list_documents') : listed; } catch (error) { announce(error.message); return; }
  const wanted = find('.or-find input').value.toLowerCase();
  const shown = rows.filter((row) => !wanted || [row.title, row.source, row.spoken, row.date, ...row.speakers].join(' ').toLowerCase().includes(wanted));
  list.replaceChildren(...shown.slice(0, 500).map(documentRow));
  find('.or-find').hidden = rows.length < 6 && !wanted;
  if (shown.length > 500) list.append(make('li', 'or-hint', say('documents.more', { count: shown.length - 500 })));
  if (!rows.length) list.append(make('li', 'or-hint', say('documents.none')));
}

function documentRow(row) {
  const item = make('li', 'or-row');
  const text = make('div', 'or-row-text');
  const count = answerCount(row.answers);
  text.append(make('p', 'or-row-title', row.title || row.source), make('p', 'or-row-meta', [row.spoken || say('documents.undated'), count, row.source].join(' · ')));
  text.append(make('p', 'or-row-meta', row.speakers.slice(0, 6).join(', ') + (row.speakers.length > 6 ? ' …' : '')));
  const tools = make('div', 'or-row-tools');
  const read = button('or-plain', say('documents.open'), () => openDocument(row.id));
  read.setAttribute('aria-label', `${say('documents.open')}: ${row.title || row.source}`);
  tools.append(read);
  if (!page.readOnly) {
    const remove = button('or-plain', say('documents.remove'), () => confirmRemoval(item, tools, row));
    remove.setAttribute('aria-label', `${say('documents.remove')}: ${row.title || row.source}`);
    tools.append(remove);
  }
  item.append(text, tools);
  return item;
}

function confirmRemoval(item, tools, row) {
  const sure = make('div', 'or-sure');
  const no = button('or-plain', say('documents.no'), () => { sure.remove(); tools.hidden = false; find('button', tools).focus(); });
  const yes = button('or-plain or-danger', say('documents.yes'), async () => {
    try { await call('remove_document', row.id); } catch (error) { announce(error.message); return; }
    sources.delete(row.id);
    await changed();
    find('#or-tab-documents').focus();
  });
  sure.append(make('p', '', say('documents.sure')), yes, no);
  tools.hidden = true;
  item.append(sure);
  no.focus();
}

async function changed() { // the archive: whoever shows it looks again
  trigger('change');
  await greet();
  await listDocuments();
}

const asBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

async function upload(files) {
  const list = find('.or-files');
  const rows = [...files].map((file) => {
    const row = make('li', 'or-file');
    row.append(make('span', 'or-file-name', file.name), ' ', make('span', 'or-file-state', say('documents.waiting')));
    list.append(row);
    return [file, row];
  });
  let added = false;
  for (const [file, row] of rows) {
    const state = find('.or-file-state', row);
    state.textContent = say('documents.reading');
    row.classList.add('or-busy');
    try {
      const limits = { size: (file.size / 1e6).toFixed(0), megabytes: page.maxBytes / 1e6 };
      if (file.size > page.maxBytes) throw new Error(say('documents.large', limits));
      const result = await call('add_document', { name: file.name, data: await asBase64(file) });
      state.textContent = [answerCount(result.answers), ...result.notes].join(' · ');
      row.classList.add('or-done');
      added = true;
    } catch (error) {
      state.textContent = error.message;
      row.classList.add('or-failed');
    }
    row.classList.remove('or-busy');
    if (added) listDocuments();
  }
  if (added) changed();
}

// -- conversations --------------------------------------------------------------------------------------------------

// A browser can refuse to keep anything; the page works all the same.
const storage = (() => { try { localStorage.setItem(KEEP, localStorage.getItem(KEEP) || 'yes'); return localStorage; } catch (_) { return null; } })();
const remembered = (key) => storage?.getItem(key) ?? null;
const forget = (key) => storage?.removeItem(key);
const keeping = () => storage !== null && remembered(KEEP) !== 'no';

function kept() {
  const found = [];
  for (const key of Object.keys(storage || {}).filter((name) => name.startsWith(KEPT))) {
    try { found.push(JSON.parse(remembered(key))); } catch (_) { forget(key); }
  }
  return found.sort((a, b) => b.time - a.time);
}

function keep() {
  if (!keeping() || !conversation.id || !conversation.exchanges.length) return;
  const { id, exchanges } = conversation;
  const text = JSON.stringify({ id, exchanges, title: exchanges[0].question, time: Date.now() });
  for (const old of kept().filter((item) => item.id !== id).slice(MOST_KEPT - 1)) forget(KEPT + old.id);
  for (;;) {
    try { storage.setItem(KEPT + id, text); break; } catch (_) { // full: the oldest makes room
      const oldest = kept().filter((item) => item.id !== id).pop();
      if (!oldest) break;
      forget(KEPT + oldest.id);
    }
  }
  sessionStorage.setItem(CURRENT, id);
}

function drop(id) { // from this browser, and for good: going on with it would keep it again
  forget(KEPT + id);
  if (id === conversation.id) begin();
}

function restore(item) { trigger('select', { id: item.id, exchanges: item.exchanges }); }

function begin() {
  if (storage) sessionStorage.removeItem(CURRENT);
  trigger('clear');
  sheet().remove('or-open');
  document.querySelector('#or-box textarea')?.focus();
}

function listConversations() {
  const items = kept();
  find('.or-private').textContent = say(items.length ? 'conversations.private' : 'conversations.none');
  find('.or-delete-all').hidden = !items.length;
  find('.or-keep-all').checked = keeping();
  find('.or-conversations').replaceChildren(...items.map((item) => {
    const row = make('li', 'or-row');
    const text = make('div', 'or-row-text');
    text.append(make('p', 'or-row-title', item.title), make('p', 'or-row-meta', `${new Date(item.time).toLocaleString()} · ${item.exchanges.length}`));
    const tools = make('div', 'or-row-tools');
    const open = button('or-plain', say('conversations.open'), () => { restore(item); sheet().remove('or-open'); });
    const remove = button('or-plain', say('conversations.delete'), () => { drop(item.id); listConversations(); find('#or-tab-conversations').focus(); });
    open.setAttribute('aria-label', `${say('conversations.open')}: ${item.title}`);
    remove.setAttribute('aria-label', `${say('conversations.delete')}: ${item.title}`);
    tools.append(open, remove);
    row.append(text, tools);
    return row;
  }));
}

async function exportAs(form) {
  if (!conversation.exchanges.length) { announce(say('conversations.empty')); return; }
  try {
    const { text, name } = await call('export_conversation', { form, exchanges: conversation.exchanges });
    const link = make('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) { announce(error.message); }
}

// -- the chat's own buttons -----------------------------------------------------------------------------------------

const answers = () => findAll('#chat .or-answer:not(.or-welcome)', document);

function act(clicked) {
  const index = answers().indexOf(clicked.closest('.or-answer'));
  const is = (name) => clicked.classList.contains(`or-${name}`);
  if (document.querySelector('#chat .or-pending') && !is('copy')) announce(say('ask.searching'));
  else if (is('example')) trigger('submit', { question: clicked.textContent });
  else if (is('copy')) copy(conversation.copies[index] || '');
  else if (is('retry')) trigger('retry', { index });
  else if (is('tag')) trigger('undo', { index, tag: findAll('.or-tag', clicked.closest('.or-tags')).indexOf(clicked) });
  else if (is('edit')) {
    trigger('edit', { index: findAll('#chat .or-question', document).indexOf(clicked.closest('.or-question')) });
    document.querySelector('#or-box textarea')?.focus();
  } else if (is('up') || is('down')) judge(clicked, index, is('up'));
  else if (is('upload')) { show('documents', true); raise(); }
  else if (is('samples')) addSamples(clicked);
}

async function addSamples(clicked) {
  clicked.disabled = true;
  announce(say('documents.reading'));
  try { await call('add_samples'); changed(); } catch (error) { announce(error.message); }
  clicked.disabled = false;
}

function judge(clicked, index, helpful) {
  const actions = clicked.closest('.or-actions');
  for (const other of findAll('.or-up, .or-down', actions)) {
    other.classList.toggle('or-chosen', other === clicked);
    other.setAttribute('aria-pressed', other === clicked);
  }
  const exchange = conversation.exchanges[index];
  call('send_feedback', { exchange, helpful, comment: '' }).catch((error) => announce(error.message));
  actions.parentElement.querySelector('.or-comment')?.remove();
  const form = make('form', 'or-comment');
  const label = make('label', '', say('feedback.comment') + ' ');
  const comment = make('input');
  comment.maxLength = 2000;
  label.append(comment);
  const send = make('button', 'or-plain', say('feedback.send'));
  form.append(label, send);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      if (comment.value.trim()) await call('send_feedback', { exchange, helpful, comment: comment.value });
      form.replaceChildren(make('p', '', say('feedback.thanks')));
    } catch (error) { form.replaceChildren(make('p', '', error.message)); }
  });
  actions.after(form);
  comment.focus();
}

listen(document, 'click', (event) => {
  const link = event.target.closest?.('#chat a[href^="#cite/"], #chat a[href^="#place/"]');
  if (link) {
    const place = parsePlace(link.getAttribute('href'));
    event.preventDefault();
    if (!place) return;
    openPlace(place, { chip: link });
    return;
  }
  const clicked = event.target.closest?.('#chat .or-act');
  if (clicked) { act(clicked); return; }
  const opener = event.target.closest?.('.or-bar [data-view]');
  if (opener) { show(opener.dataset.view, true); raise(); }
  if (event.target.closest?.('.or-new')) begin();
});

listen(window, 'hashchange', () => { // a link to a place, typed or pasted into the open page
  const place = parsePlace(location.hash);
  if (place) openPlace(place);
});

// A file that misses the box must not take the page's place.
for (const kind of ['dragover', 'drop']) listen(document, kind, (event) => { if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); });

listen(document, 'keydown', (event) => {
  if (event.key === 'Escape' && element.contains(document.activeElement)) { lower(); return; }
  const typing = event.target.closest?.('input, textarea, select, [contenteditable=true]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'n') step(1);
  if (event.key === 'p') step(-1);
});

// -- the pane's own controls ----------------------------------------------------------------------------------------

for (const tab of findAll('[role=tab]')) {
  listen(tab, 'click', () => show(tab.dataset.view));
  listen(tab, 'keydown', (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tabs = findAll('[role=tab]');
    show(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length].dataset.view, true);
  });
}
listen(find('.or-back'), 'click', lower);
listen(find('.or-previous'), 'click', () => step(-1));
listen(find('.or-next'), 'click', () => step(1));
listen(find('.or-copy-citation'), 'click', () => copy(citationText()));
listen(find('.or-copy-link'), 'click', () => copy(location.origin + location.pathname + opened.link.replace('#place/', '#cite/')));
listen(find('.or-find input'), 'input', () => listDocuments(false));
listen(find('.or-upload input'), 'change', (event) => { upload(event.target.files); event.target.value = ''; });
listen(find('.or-drop'), 'dragover', (event) => { event.preventDefault(); find('.or-drop').classList.add('or-over'); });
listen(find('.or-drop'), 'dragleave', () => find('.or-drop').classList.remove('or-over'));
listen(find('.or-drop'), 'drop', (event) => {
  event.preventDefault();
  find('.or-drop').classList.remove('or-over');
  upload(event.dataTransfer.files);
});
for (const each of findAll('[data-form]')) listen(each, 'click', () => exportAs(each.dataset.form));
listen(find('.or-keep-all'), 'change', (event) => { storage?.setItem(KEEP, event.target.checked ? 'yes' : 'no'); keep(); listConversations(); });
listen(find('.or-delete-all'), 'click', () => { for (const item of kept()) drop(item.id); listConversations(); });

// -- colours --------------------------------------------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');
function colour() {
  const chosen = remembered(THEME) || 'system';
  document.body.classList.toggle('dark', chosen === 'dark' || (chosen === 'system' && dark.matches));
  for (const option of findAll('[name=or-theme]')) option.checked = option.value === chosen;
}
listen(dark, 'change', colour);
for (const option of findAll('[name=or-theme]')) listen(option, 'change', () => { storage?.setItem(THEME, option.value); colour(); });
colour();

// -- beginning ------------------------------------------------------------------------------------------------------

async function greet() {
  try { page = await call('describe_page'); } catch (error) { announce(error.message); return; }
  for (const each of findAll('[data-text]', document)) each.textContent = say(each.dataset.text);
  for (const each of findAll('[data-label]', document)) each.setAttribute('aria-label', say(each.dataset.label));
  const counts = document.querySelector('.or-counts');
  if (counts) counts.textContent = say('documents.count', page);
  document.querySelector('#or-page').classList.toggle('or-read-only', page.readOnly);
  find('.or-encoder').textContent = say('documents.encoder', page);
  find('.or-upload').hidden = page.readOnly;
  find('.or-readonly').hidden = !page.readOnly;
  find('.or-limit').textContent = say('documents.limit', { megabytes: page.maxBytes / 1e6 });
}

// Gradio repeats a message's markup in its label; a screen reader would read it all out.
const labels = new MutationObserver(() => {
  for (const each of findAll('#chat [data-testid=bot][aria-label*="<"], #chat [data-testid=user][aria-label*="<"]', document)) {
    each.removeAttribute('aria-label');
  }
});
labels.observe(document.querySelector('#chat') || document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-label'] });

window.onrecord = {
  stop() { stopping.abort(); labels.disconnect(); },
  receive(mail) {
    if (!mail) return;
    conversation = JSON.parse(mail);
    keep();
    // A click should find its transcript here already.
    for (const exchange of conversation.exchanges.slice(-1)) {
      for (const citation of exchange.answer?.citations || []) source(citation.document_id).catch(() => {});
    }
    if (!find('#or-view-conversations').hidden) listConversations();
    // Somebody else may have changed the archive meanwhile.
    const { generation } = page;
    greet().then(() => {
      if (page.generation === generation) return;
      sources.clear();
      trigger('change');
      if (!find('#or-view-documents').hidden) listDocuments();
    });
  },
};

greet().then(() => {
  const place = parsePlace(location.hash);
  if (place) openPlace(place, { focus: false });
});
// Gradio takes events once the page has loaded, and the greeting is what loading brings.
function whenGreeted(act) {
  if (document.querySelector('#chat .or-answer')) act();
  else setTimeout(() => whenGreeted(act), 50);
}
const current = storage && sessionStorage.getItem(CURRENT);
const before = current && kept().find((item) => item.id === current);
if (before) whenGreeted(() => restore(before));
