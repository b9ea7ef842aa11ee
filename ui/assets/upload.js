// Uploads: files and whole folders, chosen or dropped, sent one after the other, with what is left to do.
//
// Uses dom.js and documents.js.

const READ_AS = new Set((find('.or-choose-files').accept || '').split(','));
const suffixOf = (name) => (/\.[^./\\]+$/.exec(name) || [''])[0].toLowerCase();
const queue = { files: [], done: 0, failed: 0, began: 0, bytes: 0, sent: 0, busy: false };

const asBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

// Files that were chosen themselves are sent whatever they are, so that a reason comes back; a folder may hold anything.
async function upload(files, { fromFolder = false } = {}) {
  const wanted = [...files].filter((file) => !fromFolder || (READ_AS.has(suffixOf(file.name)) && !file.name.startsWith('.')));
  if (wanted.length < files.length) announce(say('upload.passed', { count: files.length - wanted.length }));
  if (!wanted.length) return;
  if (!queue.busy) Object.assign(queue, { files: [], done: 0, failed: 0, began: performance.now(), bytes: 0, sent: 0 });
  if (!queue.busy) find('.or-files').replaceChildren();
  const list = find('.or-files');
  for (const file of wanted) {
    const row = make('li', 'or-file');
    row.append(make('bdi', 'or-file-name', file.name), ' ', make('span', 'or-file-state', say('documents.waiting')));
    list.append(row);
    queue.files.push([file, row]);
    queue.bytes += file.size;
  }
  find('.or-upload-list').hidden = false;
  find('.or-upload-list').open = queue.files.length <= 6;
  tellProgress();
  if (!queue.busy) await sendAll();
}

async function sendAll() {
  queue.busy = true;
  let added = false;
  for (let number = 0; number < queue.files.length; number += 1) {
    const [file, row] = queue.files[number];
    if (await sendOne(file, row)) added = true; else queue.failed += 1;
    queue.done += 1;
    queue.sent += file.size;
    tellProgress();
    if (added && (number % 5 === 4 || number === queue.files.length - 1)) await changed();
  }
  queue.busy = false;
  tellProgress();
}

async function sendOne(file, row) {
  const state = find('.or-file-state', row);
  state.textContent = say('documents.reading');
  row.classList.add('or-busy');
  try {
    const limits = { size: (file.size / 1e6).toFixed(0), megabytes: page.maxBytes / 1e6 };
    if (file.size > page.maxBytes) throw new Error(say('documents.large', limits));
    const result = await call('add_document', { name: file.name, data: await asBase64(file) });
    state.textContent = result.unchanged ? say('upload.known') : answerCount(result.answers);
    if (result.notes.length) {
      const notes = make('details', 'or-file-notes');
      notes.append(make('summary', '', say(result.notes.length === 1 ? 'upload.note' : 'upload.notes', { count: result.notes.length })));
      for (const note of result.notes) notes.append(make('p', 'or-hint', note));
      row.append(notes);
    }
    row.classList.add('or-done');
    return true;
  } catch (error) {
    state.textContent = error.message;
    row.classList.add('or-failed');
    row.parentElement.prepend(row); // what needs somebody comes first
    find('.or-upload-list').open = true;
    return false;
  } finally {
    row.classList.remove('or-busy');
  }
}

function tellProgress() {
  const { files, done, failed, began, bytes, sent, busy } = queue;
  const count = { done, count: files.length, failed, read: done - failed };
  const bar = find('.or-upload-bar');
  bar.max = Math.max(bytes, 1);
  bar.value = sent;
  bar.hidden = done === files.length;
  const spent = (performance.now() - began) / 1000;
  const rest = sent > 0 && busy ? ((bytes - sent) * spent) / sent : 0;
  const text = done < files.length ? [say('upload.progress', count), rest >= 5 && say('upload.rest', { time: duration(rest) })]
    : [say(files.length === 1 ? 'upload.one' : 'upload.done', count), failed && say('upload.failed', count), spent >= 10 && say('upload.took', { time: duration(spent) })];
  find('.or-upload-state').textContent = text.filter(Boolean).join(' · ');
}

function duration(seconds) {
  if (seconds < 90) return say('upload.seconds', { count: Math.max(5, Math.round(seconds / 5) * 5) });
  return say('upload.minutes', { count: Math.round(seconds / 60) });
}

// Everything in what was dropped, folders included.
async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return { files: [...transfer.files], fromFolder: false };
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) { files.push(await new Promise((resolve, reject) => entry.file(resolve, reject))); return; }
    const reader = entry.createReader();
    for (;;) { // a reader gives a hundred at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const each of some) await walk(each);
    }
  };
  for (const entry of entries) await walk(entry);
  return { files, fromFolder: true };
}

for (const [name, how] of [['files', {}], ['folder', { fromFolder: true }]]) {
  const input = find(`.or-choose-${name}`);
  listen(find(`.or-pick-${name}`), 'click', () => input.click());
  listen(input, 'change', () => { upload([...input.files], how); input.value = ''; });
}
listen(find('.or-drop'), 'dragover', (event) => { event.preventDefault(); find('.or-drop').classList.add('or-over'); });
listen(find('.or-drop'), 'dragleave', () => find('.or-drop').classList.remove('or-over'));
listen(find('.or-drop'), 'drop', async (event) => {
  event.preventDefault();
  find('.or-drop').classList.remove('or-over');
  const { files, fromFolder } = await droppedFiles(event.dataTransfer);
  upload(files, { fromFolder });
});

// The files that wait are in this tab only: whoever closes it is asked.
listen(window, 'beforeunload', (event) => { if (queue.busy) event.preventDefault(); });

// A file that is dropped beside the box must not replace the page.
for (const kind of ['dragover', 'drop']) listen(document, kind, (event) => { if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); });
