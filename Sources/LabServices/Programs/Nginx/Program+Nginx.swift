public import IPAddressing

extension Program {
    /// nginx serving a configuration; its files lie in the state folder beside the others.
    public static func nginx(
        _ configuration: NginxConfiguration, name: String, namespacePath: String?, listening address: IPv4Address,
        stateFolder: String
    ) -> Program {
        let file = "\(configuration.base).conf"
        var files = [file: configuration.text]
        if configuration.servers.contains(where: \.hasFirewall) {
            files[configuration.firewallFile] = NginxFirewall.rules(dataFolder: stateFolder)
        }
        return Program(
            name: name, node: configuration.node, namespacePath: namespacePath,
            arguments: ordinaryUser + ["nginx", "-e", "\(configuration.base).error.log", "-c", file], files: files,
            // It takes all its ports before it serves any of them.
            readyWhen: .tcp([address], configuration.servers.last?.port ?? 80))
    }
}
