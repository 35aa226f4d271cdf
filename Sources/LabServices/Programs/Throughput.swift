public import IPAddressing

extension Program {
    /// A real iperf3 server, one test at a time. Equivalent to `iperf3 -s -p PORT -B ADDRESS`.
    public static func iperf3(
        name: String, node: String, namespacePath: String?, port: UInt16, listening address: IPv4Address
    ) -> Program {
        Program(
            name: name, node: node, namespacePath: namespacePath,
            arguments: ["iperf3", "--server", "--port", "\(port)", "--bind", "\(address)"],
            readyWhen: .tcp([address], port))
    }
}
