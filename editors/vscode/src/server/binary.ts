// Which `segue` program is started. Knows nothing of VS Code, so that plain tests can ask it.
//
// An untrusted workspace gets the bundled one alone. Else: the setting, the PATH, the bundled one; the one on
// the PATH is passed over where its version does not fit.

import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Where a program was found. */
export type Origin = 'setting' | 'PATH' | 'bundled';

/** A program that can be started. */
export interface Binary {
  path: string;
  origin: Origin;
  version: string;
}

/** What decides about the program. */
export interface Wishes {
  /** The setting, as it is written. */
  setting: string | null | undefined;
  /** Whether the user trusts the workspace. */
  trusted: boolean;
  /** The folder of the extension. */
  extension: string;
  /** The version of the extension. */
  version: string;
  /** The first folder of the workspace. */
  folder: string | undefined;
  home: string;
  platform: NodeJS.Platform;
  environment: Record<string, string | undefined>;
  log(line: string): void;
}

/** Why no program can be started; `message` is for the user. */
export class NoBinary extends Error {}

/** How long a program may take to tell its version, in milliseconds: a cold disk under a virus scanner. */
const PATIENCE = 10_000;

/** What can be done about a setting that names no server. */
const REMEDY = 'Correct the setting, or empty it to have the one on the PATH or the one that comes with this extension.';

/** The program to start; throws [`NoBinary`] where there is none. */
export async function find(wishes: Wishes): Promise<Binary> {
  if (wishes.trusted && wishes.setting) {
    return ofSetting(wishes, wishes.setting);
  }
  if (wishes.trusted) {
    const found = await onPath(wishes);
    if (found) return found;
  }
  const bundled = path.join(wishes.extension, 'server', programName(wishes.platform));
  if (await isFile(bundled)) {
    const version = await versionOf(bundled);
    if (version) return { path: bundled, origin: 'bundled', version };
    throw new NoBinary(`The bundled server cannot be started: ${bundled}. Set \`segue.server.path\` to one that can.`);
  }
  throw new NoBinary(
    wishes.trusted
      ? 'There is no `segue` on the PATH, and none came with this extension. Install it, or set `segue.server.path`.'
      : 'No server came with this extension, and in a workspace that is not trusted no other one is started.',
  );
}

async function ofSetting(wishes: Wishes, setting: string): Promise<Binary> {
  const wanted = expanded(setting, wishes);
  const found = path.isAbsolute(wanted) ? wanted : await search(wanted, wishes);
  if (!found || !(await isFile(found))) {
    throw new NoBinary(`\`segue.server.path\` names ${wanted}, and there is no such file. ${REMEDY}`);
  }
  const version = await versionOf(found);
  if (!version) {
    throw new NoBinary(`\`segue.server.path\` names ${found}, which does not tell its version as Segue does. ${REMEDY}`);
  }
  if (!fits(version, wishes.version)) {
    wishes.log(`${found} is version ${version}; this extension was made for ${wishes.version}`);
  }
  return { path: found, origin: 'setting', version };
}

async function onPath(wishes: Wishes): Promise<Binary | undefined> {
  const found = await search(programName(wishes.platform), wishes);
  if (!found) return undefined;
  const version = await versionOf(found);
  if (version && fits(version, wishes.version)) return { path: found, origin: 'PATH', version };
  wishes.log(`${found} is passed over: ${version ? `version ${version} does not fit ${wishes.version}` : 'it does not tell its version'}`);
  return undefined;
}

/** The first file of that name in the absolute folders of the PATH: `.` there would be the workspace. */
async function search(name: string, wishes: Wishes): Promise<string | undefined> {
  const own = wishes.platform === 'win32' ? path.win32 : path.posix;
  const key = Object.keys(wishes.environment).find((key) => key.toUpperCase() === 'PATH');
  const folders = (key && wishes.environment[key])?.split(own.delimiter) ?? [];
  for (const folder of folders.filter((folder) => own.isAbsolute(folder))) {
    const candidate = own.join(folder, name);
    if (await isFile(candidate)) return candidate;
  }
  return undefined;
}

/** A path of the settings with `~` and `${workspaceFolder}` replaced; a bare name stays one. */
export function expanded(setting: string, wishes: Pick<Wishes, 'home' | 'folder'>): string {
  const text = setting.replace(/^~(?=[/\\]|$)/, () => wishes.home).replaceAll('${workspaceFolder}', () => wishes.folder ?? '');
  const isRelative = /[/\\]/.test(text) && !path.isAbsolute(text);
  return isRelative && wishes.folder ? path.join(wishes.folder, text) : text;
}

/** What the program is called. */
export function programName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'segue.exe' : 'segue';
}

/** What a program says to `--version`; nothing where it is not ours. */
export function versionOf(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { timeout: PATIENCE, windowsHide: true }, (error, output) => {
      resolve(error ? undefined : /^segue (\d+\.\d+\.\d+\S*)/.exec(output)?.[1]);
    });
  });
}

/**
 * Whether a server of one version speaks as an extension of another expects: the same major version and no
 * older a minor one; before 1.0 the same minor one.
 */
export function fits(server: string, extension: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/).slice(0, 2).map(Number);
  const [major, minor] = numbers(server);
  const [wantedMajor, wantedMinor] = numbers(extension);
  if (major === undefined || minor === undefined || wantedMajor === undefined || wantedMinor === undefined) return false;
  return major === wantedMajor && (major === 0 ? minor === wantedMinor : minor >= wantedMinor);
}

async function isFile(candidate: string): Promise<boolean> {
  return fs.stat(candidate).then((found) => found.isFile(), () => false);
}
