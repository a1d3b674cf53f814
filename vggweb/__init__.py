"""vggweb: a web app that shows what VGG16 does to a photo."""
