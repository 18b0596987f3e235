import tseslint from 'typescript-eslint';

export default tseslint.config(
    { ignores: ['built', 'dist', 'node_modules', '**/*.mjs'] },
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
        },
    },
    // node's test runner collects the promises of `test` itself
    { files: ['test/**'], rules: { '@typescript-eslint/no-floating-promises': 'off' } },
);
