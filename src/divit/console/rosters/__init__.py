"""Lists with which an institution asks for certificates: upload, preview, approval and progress."""
