import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist", ".venv", "packages/client/src/schema.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vitest.config.ts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers are what most of our sentences are made of.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Handlers given to React and to the query library return promises that nobody awaits.
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false } },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Redirects and not-found of the router are thrown, and are not errors.
      "@typescript-eslint/only-throw-error": "off",
    },
  },
  { files: ["**/*.{ts,tsx}"], extends: [hooks.configs.flat["recommended-latest"]] },
  { files: ["**/*.js"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
);
