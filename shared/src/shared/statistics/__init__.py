"""What may be told of many structures without telling anything of one?"""
