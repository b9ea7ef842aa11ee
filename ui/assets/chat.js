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

listen(document, 'keydown', (event) => {
  if (event.key === 'Escape' && element.contains(document.activeElement)) { lower(); return; }
  const typing = event.target.closest?.('input, textarea, select, [contenteditable=true]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'n') step(1);
  if (event.key === 'p') step(-1);
});
