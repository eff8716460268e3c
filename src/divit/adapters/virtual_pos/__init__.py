"""A virtual POS of the NestPay family: hosted 3-D page, ver3 hash, CC5 inquiry, void and refund."""

from divit.adapters.virtual_pos.nestpay import NestPay

__all__ = ["NestPay"]
