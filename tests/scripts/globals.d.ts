// Declares what the scripts use but tsc doesn't know: names that one script provides to another,
// properties of elements found by selector, and packages installed in other folders.

/**
 * The names that the parts of the self-assessment provide to later parts. Using a name that isn't
 * listed here is an error.
 */
interface RolebookAssess {
  steps: Record<string, any>; deskSteps: Record<string, any>;
  store: any;
  block: { heading: any; line: any; list: any };
  ANSWERS: string[];
  PLANNED: number; LARGEST: number; SIDES: string[];
  agreedLevel: any; answers: any; askedOf: any; basis: any; beginTalk: any; blankSide: any; bulletBlocks: any; talkCase: any; candidates: any; changesSince: any; compare: any; deck: any; expectsOf: any; frame: any;
  isBlankSide: any; keptRecord: any; narrow: any; openMine: any; openOne: any; picture: any; readAny: any; readChosen: any; readFile: any; readWords: any; recordFormats: any; recordShapes: any;
  snapshot: any; splitRecord: any; take: any; team: any; tools: any; writeMine: any; writeTalk: any;
  ask: any; blankEvent: any; button: any; changed: any; choices: any; copied: any; coverage: any; download: any; el: any; empty: any; evidence: any;
  examplesOf: any; expected: any; field: any; gap: any; gaps: any; isBlank: any; isEmpty: any; keep: any; labelled: any; levelNow: any; likeness: any; markdown: any; match: any;
  merge: any; paper: any; plain: any; readPage: any; readRecord: any; sentence: any; source: any; toAnswer: any; unreadable: any; warning: any;
  writeRecord: any;
  levelLine: any; pictureKey: any; saveTalk: any;
  csv: any; chooser: any; eventText: any; planTitles: any; planned: any; sheet: any; keeper: any; readAll: any; fileName: any; fold: any; paragraphs: any; told: any; weight: any;
  MARKS: string[]; NOT_ASKED: string; VERDICTS: string[]; cardSteps: Record<string, any>;
  blankCard: any; candidateGroups: any; cardBlocks: any; cardExpects: any; cardRows: any; compareCards: any; isBlankCard: any; isSplit: any; keptCard: any; markWord: any;
  markedBy: any; readCard: any; togetherBlocks: any; verdictWord: any; whose: any; writeCard: any;
}

/**
 * What `ask.js`, `after.js`, `undo.js`, `overlay.js`, `passages.js`, `saved.js`, `drafts.js`, `choices.js`, `complete.js`, the scripts for pasting,
 * `facts-fields.js` and `edit.js` provide to the preview's other
 * scripts.
 */
interface Rolebook {
  get: any; post: any; make: any; told: any; say: any; pencilIcon: any; after: any; undo: any; corner: any; canOpen: boolean; canEdit: boolean; open: any;
  goTo: any; saved: any; edit: any;
  drafts: { begin: any; offer: any };
  passages: { chapter: any; load: any; current: any; passageOf: any };
  choices: any; complete: any;
  control: any; labelled: any;
  escaping: any; orderLists: any; cleanPaste: any; linkTarget: any; readPaste: any; joinPaste: any; toldOfPaste: any; pasting: any; drawPictures: any;
  toMarkdown: any;
  surfaces: any; blocks: any; writeHere: any;
}

declare var rolebookAssess: Partial<RolebookAssess>;
declare var rolebook: Partial<Rolebook>;
declare var rolebookDesk: (data: any) => void;
declare var rolebookTake: (name: string, data: any) => void;
declare var rolebookGlimpse: (name: string, data: any) => void;
declare var rolebookSearch: (name: string, data: any) => void;
declare var rolebookFind: (typed: string) => void;
declare var rolebookSearchCore: (load: any) => any;

/** Marks that tests set on a page to detect a reload or an injected script. */
interface Window { marked: any; harm: any; pagefind: any }

// A selector doesn't say which type of element it finds. These are the properties that the scripts
// use, so a misspelled one is still an error.
interface Element {
  readonly dataset: DOMStringMap; readonly isContentEditable: boolean; get style(): CSSStyleDeclaration; set style(text: string);
  cellIndex: any; checked: any; colSpan: any; content: any; dateTime: any; disabled: any; hash: any; hidden: any; href: any; innerText: any;
  naturalWidth: any; offsetHeight: any; open: any; pathname: any; selectionEnd: any; selectionStart: any; setSelectionRange: any; showModal: any;
  tabIndex: any; title: any; type: any; value: any; blur(): void; click(): void;
}
interface HTMLElement { content: any }
interface Event { detail: any; readonly ports: readonly MessagePort[] }
// Wherever the scripts listen, an event's target is a node. A clone has the type of its original.
interface Node { contains(other: EventTarget | null): boolean; cloneNode(deep?: boolean): any }
interface String { replace(text: string | RegExp, by: any): string; replaceAll(text: string | RegExp, by: any): string }

// The tests run in Node. What they use from it isn't checked, so that one configuration can check
// all scripts.
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
