import CloudModel

/// The `containers` of an instance: `web: { network: bridge, ports: ["8080:80"], listens: { http: 80 } }`.
enum ContainersReader {
    static let keys = ["network", "ports", "listens"]
    private static let hint = "for example `web: { network: bridge, ports: [\"8080:80\"], listens: { http: 80 } }`"
    private static let portHint = "host port and container port, for example \"8080:80\" or \"53:53/udp\""

    static func read(_ field: Field?) -> [Container] {
        (field?.nouns(hint) ?? []).compactMap { entry in
            let what = "the container `\(ObjectName.shown(entry.name))`"
            guard let table = entry.field.table(of: what, at: entry.origin, keys: keys, hint: hint) else { return nil }
            let network = table["network"].map { $0.word(Container.Network.allCases.map(\.rawValue)) }
            return Container(
                name: entry.name, network: network?.flatMap(Container.Network.init) ?? .bridge,
                publishedPorts: table["ports"]?.items().compactMap(port) ?? [],
                listeners: table["listens"].map(ListenersReader.read) ?? [], origin: entry.origin)
        }
    }

    private static func port(_ field: Field) -> PublishedPort? {
        guard let text = field.text("8080:80") else { return nil }
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let numbers = halves[0].split(separator: ":", omittingEmptySubsequences: false)
            .map { strictInteger(String($0)).flatMap(UInt16.init(exactly:)) }
        guard numbers.count == 2, let host = numbers[0], let inside = numbers[1], host > 0, inside > 0,
            let transport = PublishedPort.Transport(rawValue: halves.count == 2 ? halves[1] : "tcp")
        else {
            field.error("`\(ObjectName.shown(text))` is no port mapping", hint: portHint)
            return nil
        }
        return PublishedPort(transport, hostPort: host, containerPort: inside)
    }
}
