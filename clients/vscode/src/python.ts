/** The interpreter that the Python extension has selected; nothing here needs that extension to be there. */

import * as vscode from 'vscode';

/** What is used of the public interface of `ms-python.python`. */
interface PythonExtension {
    environments: {
        getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
        resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
        onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    };
}

function extension(): vscode.Extension<PythonExtension> | undefined {
    return vscode.extensions.getExtension<PythonExtension>('ms-python.python');
}

/** The path of the selected interpreter. */
export async function selectedInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
    try {
        const environments = (await extension()?.activate())?.environments;
        const environment = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
        return environment?.executable.uri?.fsPath;
    } catch {
        return undefined; // an extension that is broken or older is as good as none
    }
}

/** Call back when another interpreter is selected. */
export async function onInterpreterSelected(callback: () => void): Promise<vscode.Disposable | undefined> {
    try {
        return (await extension()?.activate())?.environments.onDidChangeActiveEnvironmentPath(callback);
    } catch {
        return undefined;
    }
}
