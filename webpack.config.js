/**
 * Added to what JupyterLab's builder does. Its default copies a module that two
 * panels share into the chunks of both; here each is loaded once.
 */
module.exports = {
  optimization: { splitChunks: { chunks: 'async', minSize: 1500 } }
};
