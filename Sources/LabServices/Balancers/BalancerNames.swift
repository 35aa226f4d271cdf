public import IPAddressing

/// The names of load balancers as one DNS server answers them: the addresses of the nodes that can serve.
public struct BalancerNames: Codable, Equatable, Sendable {
    /// One address of one name.
    public struct Answer: Codable, Equatable, Sendable {
        public var name: String
        public var address: IPv4Address
        /// The node that stands behind it: `web-a`.
        public var node: String

        public init(name: String, address: IPv4Address, node: String) {
            self.name = name
            self.address = address
            self.node = node
        }
    }

    /// The DNS server's program, which reads the file again at SIGHUP.
    public var program: String
    /// In the form of `/etc/hosts`.
    public var file: String
    public var answers: [Answer]

    public init(program: String, file: String, answers: [Answer]) {
        self.program = program
        self.file = file
        self.answers = answers
    }

    /// The file's text without the nodes that cannot serve; a name all of whose nodes cannot keeps them all.
    public func text(without nodes: Set<String> = []) -> String {
        let serving = Set(answers.filter { !nodes.contains($0.node) }.map(\.name))
        return answers.filter { !serving.contains($0.name) || !nodes.contains($0.node) }.map {
            "\($0.address) \($0.name)\n"
        }.joined()
    }
}
