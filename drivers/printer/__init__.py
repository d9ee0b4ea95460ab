"""Ticket printers that speak ESC/POS.

printer = registry.build(device, Site(folder))          # device: an entry of devices.toml
printer.open()
printer.print(ticket.render(ticket.in_hall(config, ...), printer.profile))      # returns when it is on paper
printer.status()                                        # "ok", "paper-low", "paper-out", ...
"""
