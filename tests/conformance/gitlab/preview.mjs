// Runs `gitlab-ci-local --preview` for each folder named, each in a worker of this one process: its start is most of what it costs.
//
//   node preview.mjs ENTRY WORKERS OPTION… -- FOLDER…      (folders relative to the working directory)
//
// Prints one JSON object a line: {"folder", "code", "stdout", "stderr"}.
import {pathToFileURL} from "node:url";
import {Worker} from "node:worker_threads";

const LIMIT_MS = 60_000;
const [entry, workers, ...rest] = process.argv.slice(2);
const split = rest.indexOf("--");
const [options, folders] = [rest.slice(0, split), rest.slice(split + 1)];

async function preview (folder) {
    const worker = new Worker(pathToFileURL(entry), {argv: ["--preview", "--cwd", folder, ...options], stdout: true, stderr: true});
    let stdout = "", stderr = "";
    worker.stdout.on("data", (data) => { stdout += data; });
    worker.stderr.on("data", (data) => { stderr += data; });
    worker.on("error", (error) => { stderr += `${error.stack ?? error}\n`; });
    const timer = setTimeout(() => worker.terminate(), LIMIT_MS);
    const code = await new Promise((resolve) => worker.on("exit", resolve));
    clearTimeout(timer);
    return {folder, code, stdout, stderr};
}

const waiting = [...folders];
await Promise.all(Array.from({length: Number(workers)}, async () => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
        process.stdout.write(`${JSON.stringify(await preview(folder))}\n`);
    }
}));
