/** Use on a heading: takes the focus when it appears, so that a screen reader starts reading there. */
export function focusOnArrival(node: HTMLElement): void {
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

/** Use on what answers a tap: takes the focus when it appears, and is scrolled into view. */
export function takeFocus(node: HTMLElement): void {
  node.focus();
}

/** The same at the top of the screen, with the section that it stands in. */
export function takeScreen(node: HTMLElement): void {
  node.focus({ preventScroll: true });
  node.closest('section')?.scrollIntoView({ block: 'start' });
}
