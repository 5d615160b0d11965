#!/usr/bin/env bash
# Segue against real MCP servers from npm: over stdio and over HTTP, from a yes to what completion knows.
#
#   npm.sh [--install]    --install fetches the servers below target/ where they are not there
#
# Exit status 77: no node, or no servers, skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
prefix=$PWD/target/mcp-npm
everything=@modelcontextprotocol/server-everything
files=@modelcontextprotocol/server-filesystem
version=2026.8.31

command -v node > /dev/null || { echo "mcp-npm: no node"; exit 77; }
if ! grep -qs "\"version\": \"$version\"" "$prefix/node_modules/$everything/package.json" "$prefix/node_modules/$files/package.json"; then
  [ "${1:-}" = --install ] || { echo "mcp-npm: the servers are not there (--install fetches them)"; exit 77; }
  command -v npm > /dev/null || { echo "mcp-npm: no npm"; exit 77; }
  mkdir -p "$prefix"
  npm install --prefix "$prefix" --no-audit --no-fund --ignore-scripts --loglevel error \
    "$everything@$version" "$files@$version"
fi
echo "node $(node --version), servers $version"

[ -n "${SEGUE_BUILT:-}" ] || cargo build --locked --quiet
segue=$PWD/target/debug/segue
home=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$home"' EXIT
export XDG_STATE_HOME=$home/state XDG_CACHE_HOME=$home/cache
workspace=$home/workspace
mkdir -p "$workspace/.github/agents"
echo hello > "$workspace/hello.txt"

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
PORT=$port node "$prefix/node_modules/$everything/dist/index.js" streamableHttp 2> "$home/log" &
server=$!
until grep -q "listening on port" "$home/log"; do kill -0 "$server"; sleep 0.1; done

cat > "$workspace/.mcp.json" << JSON
{ "mcpServers": {
  "everything": { "command": "node", "args": ["$prefix/node_modules/$everything/dist/index.js"] },
  "files": { "command": "node", "args": ["$prefix/node_modules/$files/dist/index.js", "."] },
  "over-http": { "type": "http", "url": "http://127.0.0.1:$port/mcp" }
} }
JSON
cat > "$workspace/.github/agents/a.agent.md" << 'MD'
---
description: Reads
tools: ['files/read_text_fiel', 'files/list_directory', 'everything/ecko', 'over-http/echo']
---
Read.
MD

cd "$workspace"
"$segue" tools refresh --yes --format json > "$home/told.json"
"$segue" check --user --format json > "$home/found.json" || true
node - "$home" << 'JS'
const assert = require("assert");
const read = (name) => JSON.parse(require("fs").readFileSync(`${process.argv[2]}/${name}`, "utf8"));
const servers = Object.fromEntries(read("told.json").servers.map((server) => [server.name, server]));
for (const name of ["everything", "files", "over-http"]) {
  assert.strictEqual(servers[name].status, "answered", JSON.stringify(servers[name]));
  assert(servers[name].tools.length > 5, name);
}
const tool = (server, name) => servers[server].tools.find((tool) => tool.name === name);
assert.strictEqual(tool("files", "read_text_file").read_only, true);
assert.strictEqual(tool("files", "write_file").destructive, true);
assert.deepStrictEqual(tool("files", "read_text_file").arguments[0].name, "path");
assert(tool("everything", "echo").arguments[0].required);
assert.deepStrictEqual(
  servers["over-http"].tools.map((tool) => tool.name), servers.everything.tools.map((tool) => tool.name));
const found = read("found.json").diagnostics.filter((own) => own.code === "tool/not-in-server");
const messages = found.map((own) => own.message).sort();
assert.strictEqual(messages.length, 2, messages.join("\n"));
assert(messages[0].includes("`everything` told of no tool `ecko`"), messages[0]);
assert(messages[1].endsWith("Did you mean `files/read_text_file`?"), messages[1]);
console.log(Object.values(servers).map((server) => `${server.name}: ${server.tools.length} tools`).join(", "));
JS

# What segue started is gone; the server that was started here is the only one left.
cd /
left=$(pgrep -f "$prefix/node_modules" | grep -vx "$server" || true)
[ -z "$left" ] || { echo "mcp-npm: processes are left: $left" >&2; exit 1; }
