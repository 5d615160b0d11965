// What a person does in the workbench, by keyboard and mouse, and what they see there.

import { until } from './code.mjs';

/** How long VS Code, the extension and the server may take to be there, in milliseconds. */
const STARTING = 180_000;

/** The workbench on a page. Everything waits for what it needs to be there, and for nothing else. */
export class Workbench {
  constructor(page, patience = 60_000) {
    this.page = page;
    this.patience = patience;
  }

  async open(address) {
    await this.page.goto(address);
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: STARTING });
  }

  /** Waits until the server answers: with a lens or a finding, whichever it has. */
  async served() {
    await this.file('specs/sign-in.spec.md', 27, STARTING);
    const answer = this.page.locator('.editor-group-container.active :is(.codelens-decoration, .squiggly-warning)');
    await answer.first().waitFor({ state: 'attached', timeout: STARTING });
  }

  /** How long everything after this is waited for, in milliseconds. */
  set patience(time) {
    this.time = time;
    this.page.setDefaultTimeout(time);
  }

  /** Opens a file by its name or path, as *Go to File* does; at a line (from 1), where one is named. */
  async file(name, line, patience = this.time) {
    const base = name.split('/').at(-1);
    // Until it has the focus and the cursor is there: keys that come before go elsewhere.
    const wanted = [
      this.page.locator(`.tab.active[data-resource-name="${base}"]`),
      this.page.locator('.editor-group-container.active .monaco-editor.focused .view-line').first(),
      ...(line ? [this.page.locator('[id="status.editor.selection"]', { hasText: `Ln ${line},` })] : []),
    ];
    await this.again(async () => {
      await this.quick('Control+p', line ? `${name}:${line}` : name, base);
    }, wanted, { patience });
  }

  /**
   * Does something, and does it again as a person would where nothing comes of it, until all that is wanted is seen: what
   * stands on the page, or what a function says. `each`: how long something may take to come of it.
   */
  async again(act, wanted, { patience = this.time, each = 5_000 } = {}) {
    const seen = (own) => (typeof own === 'function' ? until(own, each) : own.waitFor({ timeout: each }));
    await until(async () => {
      await act();
      return Promise.all([wanted].flat().map(seen)).then(() => true, () => false);
    }, Math.max(patience, 2 * each));
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.quick('F1', `>${title}`, title.replace(/^.*?: /, ''));
  }

  /** Types something into the quick input and takes what it offers first; tries anew where another one was closing. */
  async quick(key, typed, wanted) {
    const widget = this.page.locator('.quick-input-widget');
    const input = widget.locator('input.input');
    const row = widget.locator('.quick-input-list .monaco-list-row.focused', { hasText: wanted });
    const { promise, end } = this.deadline();
    for (let taken = false; !taken; ) {
      await this.page.keyboard.press(key);
      // Every key goes to the input itself: a page that is still being drawn may take the focus at any time.
      const take = async () => {
        await input.fill(typed, { timeout: 5_000 });
        await row.waitFor({ timeout: 5_000 });
        const gone = () => row.waitFor({ state: 'hidden', timeout: 10_000 }).then(() => true, () => false);
        // A key that came too early is pressed again; what was taken is gone.
        do await input.press('Enter', { timeout: 5_000 }).catch(() => {});
        while (!(await gone()));
        return true;
      };
      taken = await Promise.race([take().catch(() => false), promise]);
      if (!taken) await input.press('Escape', { timeout: 1_000 }).catch(() => {});
    }
    end();
  }

  /** Runs a command about runs where none is selected: the list that asks has the only one chosen already. */
  async toTheRun(title, wanted) {
    const asked = this.page.locator('.quick-input-widget', { hasText: 'Which runs?' });
    await this.again(async () => {
      if (!(await asked.isVisible())) await this.command(title);
      // Nothing is asked where it was done already.
      await asked.locator('.monaco-list-row').first().waitFor({ timeout: 3_000 }).catch(() => {});
      if (await asked.isVisible()) await asked.locator('input.input').press('Enter', { timeout: 3_000 }).catch(() => {});
    }, wanted);
  }

  /** The lines of the active editor. */
  get lines() {
    return this.page.locator('.editor-group-container.active .view-lines .view-line');
  }

  line(text) {
    return this.lines.filter({ hasText: text }).first();
  }

  /** Puts the cursor onto a word. */
  async click(text, word) {
    await this.point(text, word, (x, y) => this.page.mouse.click(x, y));
  }

  /** Points at a word until a card says something; the card. */
  async hover(text, word, says) {
    const card = this.page.locator('.monaco-hover .hover-contents', { hasText: says });
    const { promise, end } = this.deadline();
    while (!(await Promise.race([card.first().isVisible(), promise]))) {
      await this.point(text, word, async (x, y) => {
        await this.page.mouse.move(x, y + 200);
        await this.page.mouse.move(x, y);
      });
      await card.first().waitFor({ timeout: 2_000 }).catch(() => {});
    }
    end();
    return card;
  }

  /** Fails when the patience is at its end. */
  deadline() {
    let timer;
    const promise = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('waited too long')), this.time);
    });
    promise.catch(() => {});
    return { promise, end: () => clearTimeout(timer) };
  }

  /** Finds where on the page the middle of a word of a line is, once nothing scrolls any more. */
  async point(text, word, act) {
    const line = this.line(text);
    await line.waitFor();
    for (let before; ; ) {
      const place = await this.place(line, word);
      if (String(place) === String(before)) return act(...place);
      before = place;
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
  }

  place(line, word) {
    return line.evaluate((node, word) => {
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      const pieces = [];
      for (let piece = walker.nextNode(); piece; piece = walker.nextNode()) pieces.push(piece);
      const all = pieces.map((piece) => piece.data).join('').replaceAll('\u00a0', ' ');
      let middle = all.indexOf(word) + Math.floor(word.length / 2);
      const piece = pieces.find((piece) => (middle < piece.length ? true : ((middle -= piece.length), false)));
      const range = document.createRange();
      range.setStart(piece, middle);
      range.setEnd(piece, middle + 1);
      const box = range.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    }, word);
  }

  /** The text of the active editor, as far as it is drawn. */
  async text() {
    return (await this.lines.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  }

  /** Closes the active tab by the mouse: whatever it shows, and whoever has the focus. */
  async close() {
    const name = await this.page.locator('.tab.active').getAttribute('aria-label');
    const tab = this.page.locator(`.tab[aria-label="${name}"]`);
    await this.again(async () => {
      await tab.locator('.tab-actions .action-label').click({ timeout: 3_000 }).catch(() => {});
    }, () => tab.isHidden());
  }

  /** Puts the file back as it was opened. */
  async revert() {
    const changed = this.page.locator('.tab.active.dirty');
    await this.page.keyboard.press('Escape');
    // Of a file that is as it was nothing is seen to come, and it would come into what is typed next.
    if (await changed.isVisible()) await this.again(() => this.command('File: Revert File'), () => changed.isHidden());
  }

  /** What stands on the page when a check has failed: a picture, where they are kept, and its words. */
  async failed(name) {
    await this.picture(name);
    const words = await this.page.locator('body').innerText({ timeout: 5_000 }).catch(() => '');
    console.log(`  on the page: ${words.replace(/\s*\n\s*/g, ' | ').slice(0, 3_000)}`);
  }

  async picture(name) {
    if (process.env.SHOTS) await this.page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
  }
}
