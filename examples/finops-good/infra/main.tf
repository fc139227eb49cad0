terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.21.0"
    }
  }
}

provider "aws" {
  region = "eu-north-1"
  default_tags {
    tags = {
      team          = "bunker"
      "cost-center" = "4717"
      environment   = "production"
    }
  }
}

resource "aws_eks_node_group" "spot" {
  cluster_name    = "bunker"
  node_group_name = "spot"
  node_role_arn   = "arn:aws:iam::123456789012:role/bunker-nodes"
  subnet_ids      = ["subnet-0a1b2c3d4e5f60718"]
  capacity_type   = "SPOT"
  instance_types  = ["m7i.large", "m7a.large", "m6i.large"]
  scaling_config {
    desired_size = 2
    min_size     = 1
    max_size     = 8
  }
}

resource "aws_ecr_repository" "bunker" {
  name                 = "bunker"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecr_lifecycle_policy" "bunker" {
  repository = aws_ecr_repository.bunker.name
  policy = jsonencode({ rules = [{
    rulePriority = 1
    selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 30 }
    action       = { type = "expire" }
  }] })
}
