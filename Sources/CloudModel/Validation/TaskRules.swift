extension Findings {
    /// Tasks with an interface of their own: AWS gives a public address only to those it runs itself.
    mutating func checkTasks(of vpc: VPC) {
        for task in vpc.instances where task.launch == .ec2 && task.interface.publicAddress != nil {
            error(
                task.origin, "the task `\(task.name)` runs on EC2, and AWS assigns no public IP for this launch type",
                hint: "remove `assign-public-ip` and give its subnet a NAT gateway, or use `launch: fargate`",
                field: "assign-public-ip")
        }
    }
}
