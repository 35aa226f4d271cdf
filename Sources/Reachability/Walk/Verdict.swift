/// How a walk ended.
enum Verdict: Hashable {
    case arrived(Arrival)
    case refused(ExplanationCode, Disposition)

    /// Where a packet can arrive.
    enum Arrival: Hashable {
        case interface(Int)
        case container(Int)
        /// `nil`: a host that the lab does not hold.
        case internet(Int?)
        case gatewayEndpoint(Int, vpc: Int)
        /// DNS, metadata or the router itself, asked by this interface: it answers at once.
        case service(Int)
        /// Behind the virtual private gateway of a VPC.
        case virtualPrivateGateway(Int)
        /// Behind an attachment that the lab does not hold.
        case outside
    }

    var disposition: Disposition {
        switch self {
        case .refused(_, let disposition): disposition
        case .arrived(.internet(nil)), .arrived(.virtualPrivateGateway), .arrived(.outside): .exitsNetwork
        case .arrived: .accepted
        }
    }
}
