// The list of documents: finding, reading and removing them.
//
// Uses dom.js, route.js and the sources of citations.js.

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
  const title = make('p', 'or-row-title', row.title || row.source);
  title.dir = 'auto';
  const people = make('p', 'or-row-meta', row.speakers.slice(0, 6).join(', ') + (row.speakers.length > 6 ? ' …' : ''));
  people.dir = 'auto';
  text.append(title, make('p', 'or-row-meta', [row.spoken || say('documents.undated'), count, ...(row.title ? [row.source] : [])].join(' · ')), people);
  const tools = make('div', 'or-row-tools');
  const read = button('or-plain', say('documents.open'), () => go(addressOf(row.id)));
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

listen(find('.or-find input'), 'input', () => listDocuments(false));
