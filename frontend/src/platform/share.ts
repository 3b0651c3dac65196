interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** Puts a file among the downloads. */
export function download({ name, text }: TextFile): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Safari reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Whether the browser can hand text files to other apps. */
export function canShare(): boolean {
  return 'canShare' in navigator && navigator.canShare({ files: [asShared({ name: 'copy', text: '' })] });
}

/** Hands a file to another app. `dismissed`: the person chose none. `refused`: the browser, which says so only when it is asked. */
export async function share(file: TextFile): Promise<'shared' | 'dismissed' | 'refused'> {
  try {
    await navigator.share({ files: [asShared(file)] });
    return 'shared';
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? 'dismissed' : 'refused';
  }
}

// Chromium shares only names that end as it expects, and `.ndjson` is none of them.
function asShared({ name, text }: TextFile): File {
  return new File([text], `${name}.txt`, { type: 'text/plain' });
}
