terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.21.0"
    }
  }
  backend "s3" {
    bucket = "ferry-times-state"
    key    = "service.tfstate"
    region = "eu-north-1"
  }
}

provider "aws" {
  region = "eu-north-1"
  default_tags {
    tags = { team = "ferries", "cost-center" = "4712", service = "ferry-times" }
  }
}

variable "environment" { type = string }
variable "image" { type = string }

resource "aws_ecs_service" "ferry_times" {
  name            = "ferry-times-${var.environment}"
  cluster         = var.environment
  task_definition = aws_ecs_task_definition.ferry_times.arn
  desired_count   = 2
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

resource "aws_ecs_task_definition" "ferry_times" {
  family = "ferry-times-${var.environment}"
  cpu    = 256
  memory = 512
  container_definitions = jsonencode([{
    name         = "app"
    image        = var.image
    portMappings = [{ containerPort = 8080 }]
  }])
}
