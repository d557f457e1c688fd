"""The ports on AWS; boto3 is imported nowhere else."""
