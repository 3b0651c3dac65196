/** Use on a heading: takes the focus when it appears, so that a screen reader starts reading there. */
export function focusOnArrival(node: HTMLElement): void {
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}
