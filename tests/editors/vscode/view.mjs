// What a person does in the view of runs: each is done again until what comes of it is seen.

import { until } from './code.mjs';

/** The view of runs of a workbench. */
export class RunsView {
  constructor(page, work) {
    this.page = page;
    this.work = work;
    this.pane = page.locator('.part.sidebar .tree-explorer-viewlet-tree-view');
    /** The first run, and the only one where there is one. */
    this.title = this.run();
    /** What stands there while there is no run. */
    this.empty = page.locator('.part.sidebar .welcome-view-content', { hasText: 'Rehearse the Open Plan' });
  }

  /** The row of a run, by what stands in it. */
  run(text) {
    const rows = this.pane.locator('.monaco-list-row[aria-level="1"]');
    return (text === undefined ? rows : rows.filter({ hasText: text })).first();
  }

  /** The first row with something in it. */
  row(text) {
    return this.pane.locator('.monaco-list-row', { hasText: text }).first();
  }

  /** What can be done to a run by the mouse, beside its title. */
  inline(name, title = this.title) {
    return title.locator(`.action-label[aria-label^="${name}"]`);
  }

  async focus() {
    await this.work.again(() => this.work.command('Segue: Focus on Runs View'), this.pane);
  }

  /** Launches or rehearses the plan in a file; done again only where nothing at all came of it for long. */
  async launch(command, file, wanted = this.title) {
    await this.work.again(async () => {
      await this.work.file(file);
      await this.work.command(command);
      await this.focus();
    }, wanted, { each: Math.min(30_000, this.work.time) });
  }

  /** Selects the first run, and it alone, by keyboard. */
  async select() {
    await this.focus();
    await until(async () => {
      for (const key of ['Escape', 'Home', 'Control+Shift+Enter']) await this.page.keyboard.press(key);
      if ((await this.pane.locator('.monaco-list-row.selected').count()) === 1 && (await this.pane.locator('.selected[aria-level="1"]').isVisible())) return true;
      await this.work.command('Segue: Focus on Runs View');
      return false;
    }, this.work.time);
  }

  /** Does a command to the first run, and sees what comes of it. */
  async command(name, wanted) {
    await this.work.again(async () => {
      await this.select();
      await this.work.command(name);
    }, wanted);
  }

  /** Does something by the menu of a row, and sees what comes of it. */
  async menu(target, name, wanted, patience = this.work.time) {
    const item = this.page.locator('.monaco-menu .action-item', { hasText: name }).first();
    await this.work.again(async () => {
      if (!(await item.isVisible())) await target.click({ button: 'right', timeout: 3_000 }).catch(() => {});
      const there = await item.waitFor({ timeout: 3_000 }).then(() => true, () => false);
      // Another menu, or what has happened already and is not in the menu any more.
      if (!there) return this.page.keyboard.press('Escape');
      // A menu takes no click in the first tenth of a second that it is there.
      await until(async () => {
        await item.click({ timeout: 1_000 }).catch(() => {});
        return item.isHidden();
      }, this.work.time);
    }, wanted, { patience });
  }

  /** Approves whatever gate of a run is open, by the mouse, until something is seen. */
  async approve(wanted, title = this.title) {
    const gate = this.inline('Approve', title);
    await until(async () => {
      if (await wanted.isVisible()) return true;
      await title.hover({ timeout: 1_000 }).catch(() => {});
      if (await gate.isVisible()) {
        await gate.click({ timeout: 1_000 }).catch(() => {});
        await gate.waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => {});
      }
      return false;
    }, 3 * this.work.time);
  }
}
