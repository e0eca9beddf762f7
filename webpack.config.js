/**
 * Added to what JupyterLab's builder does. Its default copies a module that two
 * panels share into the chunks of both; here each is loaded once. Its default
 * also writes the hash of every chunk twice into what is loaded at start: once
 * is enough to tell builds apart, and any `v` lets browsers keep a file.
 */
module.exports = {
  output: { chunkFilename: '[name].[contenthash:8].js?v=1' },
  optimization: { splitChunks: { chunks: 'async', minSize: 1500 } }
};
