"""Every word the bot says, in English and French, and the blocks that carry them.

People's words travel in rich text elements and plain text objects alone: Slack reads no markup in those.
"""
