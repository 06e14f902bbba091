// The rules for the project's own scripts: those of the theme and of the preview, which a page
// loads one after another, and the tests, which are modules.

import js from "@eslint/js";
import globals from "globals";

const asMarkup = "text becomes markup only on the server: make elements, or set textContent";
/** Ways of turning text into markup or code, which a page's security policy would block anyway. */
const unsafe = {
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-script-url": "error",
  "no-restricted-properties": ["error",
    ...["innerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "createContextualFragment"].map((property) => ({ property, message: asMarkup })),
    ...["write", "writeln"].map((property) => ({ object: "document", property, message: asMarkup })),
  ],
  "no-restricted-syntax": ["error", { selector: "AssignmentExpression > MemberExpression.left[property.name='outerHTML']", message: asMarkup }],
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  { rules: { eqeqeq: "error", "no-unused-vars": "error", "no-var": "error", "prefer-const": ["error", { destructuring: "all" }], ...unsafe } },
  {
    files: ["**/*.js"],
    languageOptions: { sourceType: "script", ecmaVersion: 2024, globals: globals.browser },
    // Several files are joined into one and share the page, so what one file provides to another is
    // set on globalThis by name.
    rules: { "no-implicit-globals": ["error", { lexicalBindings: true }] },
  },
  {
    files: ["**/*.mjs"],
    // Tests pass functions to the browser, which run there.
    languageOptions: { sourceType: "module", ecmaVersion: 2024, globals: { ...globals.nodeBuiltin, ...globals.browser } },
  },
];
