// The list of documents: finding, reading and removing them, and uploading new ones.
//
// Uses dom.js, and openDocument and sources of citations.js.

let listed = null; // the rows of the last `list_documents`

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

async function changed() { // the archive: the page and the list follow it
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

listen(find('.or-find input'), 'input', () => listDocuments(false));
listen(find('.or-upload input'), 'change', (event) => { upload(event.target.files); event.target.value = ''; });
listen(find('.or-drop'), 'dragover', (event) => { event.preventDefault(); find('.or-drop').classList.add('or-over'); });
listen(find('.or-drop'), 'dragleave', () => find('.or-drop').classList.remove('or-over'));
listen(find('.or-drop'), 'drop', (event) => {
  event.preventDefault();
  find('.or-drop').classList.remove('or-over');
  upload(event.dataTransfer.files);
});

// A file that is dropped beside the box must not replace the page.
for (const kind of ['dragover', 'drop']) listen(document, kind, (event) => { if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); });
