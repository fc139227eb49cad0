provider "google" {
  project = "crew-portal"
  region  = "europe-north1"
}

resource "google_container_cluster" "portal" {
  name               = "portal"
  location           = "europe-north1"
  initial_node_count = 6
  node_config {
    machine_type = "n2-standard-16"
  }
}

resource "google_sql_database_instance" "portal" {
  name             = "portal"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-16-61440"
  }
}
