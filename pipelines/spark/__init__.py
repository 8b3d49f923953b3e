"""Apache Spark as a place to resolve: Java, sessions."""
