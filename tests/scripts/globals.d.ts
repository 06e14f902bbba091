// What the scripts find in their world and tsc doesn't know: names that one script gives to the next, elements by their selector, packages of other folders.

/** The parts of the self-assessment: each gives names, and later ones take them. A name that is missing here is one that nobody gives. */
interface RolebookAssess {
  steps: Record<string, any>;
  store: any;
  block: { heading: any; line: any; list: any };
  ANSWERS: string[];
  PLANNED: number;
  ask: any; blankEvent: any; button: any; changed: any; choices: any; copied: any; coverage: any; download: any; el: any; empty: any; evidence: any;
  examplesOf: any; expected: any; field: any; gap: any; gaps: any; isBlank: any; isEmpty: any; keep: any; labelled: any; levelNow: any; likeness: any; markdown: any; match: any;
  merge: any; paper: any; plain: any; readPage: any; readRecord: any; sentence: any; source: any; toAnswer: any; unreadable: any; warning: any;
  writeRecord: any;
}

/** What the preview's scripts share, all of it given by `ask.js`, `passages.js`, `complete.js` and `paste.js`. */
interface Rolebook {
  get: any; post: any; make: any; say: any; corner: any; canOpen: boolean; open: any;
  passages: { chapter: any; load: any; current: any; passageOf: any };
  complete: any;
  toMarkdown: any;
}

declare var rolebookAssess: Partial<RolebookAssess>;
declare var rolebook: Partial<Rolebook>;
declare var rolebookTake: (name: string, data: any) => void;
declare var rolebookGlimpse: (name: string, data: any) => void;
declare var rolebookSearch: (name: string, data: any) => void;
declare var rolebookSearchCore: (load: any) => any;

/** Marks that tests leave on a page, to see whether it was loaded again or harmed. */
interface Window { marked: any; harm: any; pagefind: any }

// A selector doesn't tell which element it finds. These are the properties that the scripts read of one; a misspelled one is still an error.
interface Element {
  readonly dataset: DOMStringMap; readonly isContentEditable: boolean; get style(): CSSStyleDeclaration; set style(text: string);
  checked: any; content: any; dateTime: any; disabled: any; hash: any; hidden: any; href: any; innerText: any;
  naturalWidth: any; offsetHeight: any; open: any; pathname: any; selectionEnd: any; selectionStart: any; setSelectionRange: any; showModal: any;
  title: any; type: any; value: any; blur(): void; click(): void;
}
interface HTMLElement { content: any }
interface Event { detail: any }
// What an event says it was aimed at is a node wherever the scripts listen, and a copy is of the kind of its original.
interface Node { contains(other: EventTarget | null): boolean; cloneNode(deep?: boolean): any }
interface String { replace(text: string | RegExp, by: any): string; replaceAll(text: string | RegExp, by: any): string }

// Tests run in Node; what they take from it is not checked, so that one look at all scripts is enough.
declare module "node:*";
declare var process: any;
declare var Buffer: any;
interface ImportMeta { url: string }

declare module "playwright-core";
declare module "@dprint/formatter";
declare module "@dprint/markdown";
declare module "prettier";
declare module "@netlify/headers-parser";
declare module "@netlify/redirect-parser";
declare module "netlify-redirector";
