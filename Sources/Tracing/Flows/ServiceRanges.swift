public import CloudModel
public import IPAddressing

/// Which addresses are those of a service of AWS, by the prefix lists of a lab.
public struct ServiceRanges: Hashable, Sendable {
    private let ranges: [Range]

    private struct Range: Hashable {
        let block: CIDRBlock
        let name: String
    }

    /// - Parameter lists: Those without a service are somebody's own.
    public init(_ lists: [PrefixList]) {
        ranges = lists.flatMap { list -> [Range] in
            // `com.amazonaws.us-east-1.s3` is called `S3`, as in AWS's file of address ranges.
            guard let word = list.service.split(separator: ".").last else { return [] }
            return list.blocks.map { Range(block: $0, name: word.uppercased()) }
        }
    }

    public func name(of address: IPv4Address) -> String? { ranges.first { $0.block.contains(address) }?.name }
}
