// The chat's own buttons and keys: ask an example, copy, ask again, edit, judge; n and p go through the citations.
//
// Uses dom.js, citations.js, documents.js and conversations.js. The buttons are made by `ui/rendering.py`.

const answers = () => findAll('#chat .or-answer:not(.or-welcome)', document);

function act(clicked) {
  const index = answers().indexOf(clicked.closest('.or-answer'));
  const is = (name) => clicked.classList.contains(`or-${name}`);
  if (document.querySelector('#chat .or-pending') && !is('copy')) announce(say('ask.searching'));
  else if (is('example')) trigger('submit', { question: clicked.textContent });
  else if (is('copy')) copy(conversation.copies[index] || '');
  else if (is('retry')) { filtersFollow = true; trigger('retry', { index }); }
  else if (is('tag')) { filtersFollow = true; trigger('undo', { index, tag: findAll('.or-tag', clicked.closest('.or-tags')).indexOf(clicked) }); }
  else if (is('meant')) { filtersFollow = true; trigger('undo', { index, meant: findAll('.or-meant', clicked.closest('.or-tags')).indexOf(clicked) }); }
  else if (is('edit')) {
    trigger('edit', { index: findAll('#chat .or-question', document).indexOf(clicked.closest('.or-question')) });
    document.querySelector('#or-box textarea')?.focus();
  } else if (is('up') || is('down')) judge(clicked, index, is('up'));
  else if (is('upload')) go('#documents');
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
    if (place) go(place.link, { chip: link });
    return;
  }
  const clicked = event.target.closest?.('#chat .or-act');
  if (clicked) { act(clicked); return; }
  const named = event.target.closest?.('.or-bar [data-view]');
  if (named) go(`#${named.dataset.view}`);
  if (event.target.closest?.('.or-new')) begin();
});

listen(document, 'keydown', (event) => {
  if (event.key === 'Escape' && element.contains(document.activeElement)) { // on a wide screen nothing has to be closed
    if (narrow.matches) lower(); else backToChat();
    return;
  }
  const typing = event.target.closest?.('input, textarea, select, [contenteditable=true]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'n') step(1);
  if (event.key === 'p') step(-1);
});

// A new question goes to the top and stays there, whatever is written below it: the answer is read from its beginning.
// The last answer is as high as the chat, so that there is room for that.
const scroller = () => document.querySelector('#chat .panel-wrap') || document.querySelector('#chat');
const ASKED = 'onrecord:asked'; // a question without its answer: a reload must not lose it
let topmost = null; // the question that was brought to the top last
let held = null; // that question, until the reader scrolls

function followQuestion() {
  const all = findAll('#chat .or-question', document);
  const last = all[all.length - 1];
  const key = last && `${all.length} ${last.textContent}`;
  if (last && key !== topmost) { held = all.length - 1; closePanel(); } // the panel would lie over the answer
  topmost = key;
  if (!last) held = null;
  if (storage && last && document.querySelector('#chat .or-pending')) sessionStorage.setItem(ASKED, find('.or-asked', last).innerText);
  if (held !== null) requestAnimationFrame(holdQuestion);
}

function holdQuestion() {
  const question = held === null ? null : findAll('#chat .or-question', document)[held];
  if (!question) return;
  const box = scroller();
  document.querySelector('#chat').style.setProperty('--or-room', `${box.clientHeight}px`);
  const top = question.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 8;
  if (Math.abs(top - box.scrollTop) > 1) box.scrollTo({ top, behavior: 'instant' });
}
for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
  listen(document.querySelector('#chat') || document.body, kind, () => { held = null; }, { passive: true });
}
const drawn = new MutationObserver(followQuestion);
drawn.observe(document.querySelector('#chat') || document.body, { childList: true, subtree: true });
