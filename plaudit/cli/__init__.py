"""The command line. Standard library, grpcio and protobuf only: it ships with the bare client."""
