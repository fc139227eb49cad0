provider "hcloud" {
  token = var.hcloud_token
}

variable "hcloud_token" {}

resource "hcloud_server" "roster" {
  name        = "roster"
  image       = "ubuntu-24.04"
  server_type = "cx22"
}
