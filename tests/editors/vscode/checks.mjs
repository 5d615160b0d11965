// What a person sees in VS Code: a check for each feature of the server, by the names that it can be kept back by
// (tests/editors/withheld.sh), and one of the graph.

import assert from 'node:assert';
import { until } from './code.mjs';
import { RunsView } from './view.mjs';

/** The checks of the server's features; the last one changes files. */
export function features(page, work) {
  const editor = page.locator('.editor-group-container.active');
  const suggestions = page.locator('.suggest-widget.visible .monaco-list-row');
  return {
    async diagnostics() {
      await work.file('specs/sign-in.spec.md', 27);
      await editor.locator('.squiggly-warning').first().waitFor();
      await work.command('View: Focus Problems');
      const row = page.locator('.markers-panel .monaco-list-row', { hasText: 'has the anchor `#token-lifetimes`' });
      // A panel that is still being drawn forgets what was typed.
      await until(async () => {
        await page.locator('.markers-panel-container input, .panel .monaco-inputbox input').first().fill('token-lifetimes');
        return row.waitFor({ timeout: 3_000 }).then(() => true, () => false);
      }, work.time);
      assert.match(await row.innerText(), /segue.*link\/missing-anchor/s);
      await work.picture('problems');
    },
    async lenses() {
      await work.file('specs/sign-in.spec.md', 1);
      await editor.locator('.codelens-decoration', { hasText: 'tasks in' }).first().waitFor();
    },
    async completion() {
      const typed = work.line(/agent:\sBui$/);
      await work.again(async () => {
        if (!(await typed.isVisible())) {
          await work.revert();
          await work.file('planner.agent.md', 8);
          for (const key of ['End', 'Control+Backspace']) await page.keyboard.press(key);
          await page.keyboard.type('Bui');
          await typed.waitFor({ timeout: 3_000 }).catch(() => {});
        }
        for (const key of ['Escape', 'Control+Space']) await page.keyboard.press(key);
      }, suggestions.filter({ hasText: 'Builder' }).first());
      // Proposed once; a list that is drawn anew has none for a moment.
      await until(async () => (await suggestions.filter({ hasText: 'Builder' }).count()) === 1, work.time);
      await work.picture('completion');
      const taken = work.line('agent: Builder');
      await work.again(async () => {
        if (await taken.isVisible()) return;
        const proposed = suggestions.filter({ hasText: 'Builder' }).first();
        if (!(await proposed.isVisible())) await page.keyboard.press('Control+Space');
        const seen = await proposed.waitFor({ timeout: 3_000 }).then(() => true, () => false);
        if (seen) await page.keyboard.press('Enter');
      }, taken);
      await work.revert();
    },
    async hover() {
      await work.file('specs/sign-in.spec.md', 26);
      await work.hover('How we hash', 'password-hashing', 'Argon2id');
      await work.picture('hover');
    },
    async actions() {
      await work.file('specs/sign-in.spec.md', 27);
      const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'token-life-times' }).first();
      const mended = work.line('#token-life-times)');
      await work.again(async () => {
        if (await mended.isVisible()) return;
        await page.keyboard.press('Escape');
        await work.click('Token life times', 'token-lifetimes');
        await page.keyboard.press('Control+.');
        await fix.waitFor({ timeout: 3_000 }).catch(() => {});
        await work.picture('quick-fix');
        await fix.click({ timeout: 3_000 }).catch(() => {});
      }, mended);
      await editor.locator('.squiggly-warning').waitFor({ state: 'detached' });
      await work.revert();
    },
    async commands() {
      await work.again(async () => {
        await work.file('specs/sign-in.spec.md');
        await work.command('Segue: Show Effective Context of This File');
      }, page.locator('.tab.active', { hasText: /context of .*sign-in/ }));
      await work.close();
      await page.locator('.tab.active[data-resource-name="sign-in.spec.md"]').waitFor();
    },
    async runs() {
      const view = new RunsView(page, work);
      // A run is there, and gone again.
      await view.launch('Segue: Rehearse This Plan', 'specs/sign-in.spec.md', view.run('needs you'));
      await work.toTheRun('Segue: Cancel', view.run('cancelled'));
      // Not before whoever worked on it has left.
      await work.toTheRun('Segue: Discard…', view.empty);
    },
    async rename() {
      await work.file('planner.agent.md', 5);
      const box = page.locator('.rename-box input');
      const renamed = work.line('agents: [Maker]');
      // A box that opens late may be closed by the key that asks again: whatever of this was lost is done again.
      await work.again(async () => {
        if (await renamed.isVisible()) return;
        await page.keyboard.press('Escape');
        await work.click('agents: [Builder]', 'Builder').catch(() => {});
        await page.keyboard.press('F2');
        await box.waitFor({ timeout: 5_000 }).catch(() => {});
        if ((await box.inputValue({ timeout: 1_000 }).catch(() => '')) !== 'Builder') return;
        await box.fill('Maker', { timeout: 1_000 }).catch(() => {});
        if ((await box.inputValue({ timeout: 1_000 }).catch(() => '')) === 'Maker') await box.press('Enter', { timeout: 1_000 }).catch(() => {});
      }, renamed);
      // One file after the other: nothing is saved before the agent's own has its new name.
      await work.file('maker.agent.md');
      await work.file('implement.prompt.md');
      await work.line('mode: Maker').waitFor();
      await work.picture('rename');
      await work.again(() => work.command('File: Save All Files'), () => page.locator('.tab.dirty').first().isHidden());
    },
  };
}

/** A theme of each kind: its name, what a page is told of it, and the least contrast of what is read in it. */
const THEMES = [
  ['Dark Modern', 'vscode-dark', 4.5],
  ['Dark High Contrast', 'vscode-high-contrast', 7],
  ['Light High Contrast', 'vscode-high-contrast-light', 7],
  ['Light Modern', 'vscode-light', 4.5],
];

/** The colours that a node is drawn in, that of the theme, and the contrasts of its text and its border. */
function colours(node) {
  return node.evaluate((group) => {
    const shape = group.querySelector('rect, polygon, path, circle');
    const label = group.querySelector('.nodeLabel, text');
    const computed = (colour) => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = colour;
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    const light = (colour) => {
      const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
      const [dark, bright] = [light(one), light(other)].sort((one, other) => one - other);
      return (bright + 0.05) / (dark + 0.05);
    };
    const style = getComputedStyle(shape);
    const written = getComputedStyle(label);
    return {
      fill: style.fill,
      ofTheme: computed('var(--vscode-editorWidget-background)'),
      text: contrast(label.localName === 'text' ? written.fill : written.color, style.fill),
      border: contrast(style.stroke, computed('var(--vscode-editor-background)')),
    };
  });
}

/** The graph of agents in its page. */
export function graph(page, work) {
  return {
    async graph() {
      const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
      const planner = frame.getByRole('link', { name: /^agent Planner, leads to Builder/ });
      await work.again(async () => {
        await work.file('planner.agent.md');
        await work.command('Segue: Show Graph of Agents');
      }, planner, { each: 30_000 });
      const tool = frame.locator('g.node', { hasText: 'codebase' }).first();
      await work.again(() => frame.getByLabel('Tools').uncheck({ timeout: 3_000 }).catch(() => {}), () => tool.isHidden());
      // By keyboard: along the arrow from the planner to the builder, and into its file.
      const builder = frame.locator('g.node:focus', { hasText: 'Builder' });
      const toTheBuilder = async () => {
        await planner.focus({ timeout: 3_000 }).catch(() => {});
        await page.keyboard.press('ArrowRight');
      };
      await work.again(toTheBuilder, builder);
      await work.picture('graph');
      const opened = page.locator('.tab.active[data-resource-name="builder.agent.md"]');
      await work.again(async () => {
        if (await opened.isVisible()) return;
        if (!(await builder.isVisible())) await toTheBuilder();
        await builder.press('Enter', { timeout: 3_000 }).catch(() => {});
      }, opened);
      // In the colours of each kind of theme, and to be read in it.
      const input = page.locator('.quick-input-widget input.input');
      for (const [theme, kind, least] of THEMES) {
        await work.again(async () => {
          for (const key of ['Escape', 'Control+k', 'Control+t']) await page.keyboard.press(key);
          await input.fill(theme, { timeout: 3_000 }).catch(() => {});
          const row = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: theme });
          await row.waitFor({ timeout: 3_000 }).then(() => input.press('Enter', { timeout: 3_000 })).catch(() => {});
        }, frame.locator(`body[data-vscode-theme-kind="${kind}"]`));
        await until(async () => {
          const found = await colours(frame.locator('g.node', { hasText: 'Planner' }).first()).catch(() => undefined);
          return found?.fill === found?.ofTheme && found?.text >= least && (least < 7 || found.border >= 4.5);
        }, work.time);
        await work.picture(`graph-${kind}`);
      }
    },
  };
}
