provider "aws" {
  region = "eu-west-1"
}

resource "aws_s3_bucket" "manifests" {
  bucket = "cargo-manifests"
  acl    = "public-read"
}

resource "aws_security_group_rule" "all" {
  type              = "ingress"
  from_port         = 0
  to_port           = 65535
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
  security_group_id = "sg-12345678"
}
