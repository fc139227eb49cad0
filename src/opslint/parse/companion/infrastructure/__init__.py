"""Infrastructure as code: Terraform and OpenTofu, Ansible, CloudFormation, CDK, Pulumi, Bicep, Serverless."""
