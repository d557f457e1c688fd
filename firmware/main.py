"""Starts the scale on the device: settings from config.json on flash, the board, then the app for ever.

config.json has the shape of config.example.json; `scale` takes every setting of scale/config.py.
"""

import asyncio
import json
import time

import machine
from scale.app import App
from scale.board_esp32 import Esp32
from scale.config import Config

RESTART_AFTER_S = 5


async def life(board, app):
    """Keep Wi-Fi, clock, temperature and scale going, for ever."""
    await asyncio.gather(board.network.stay_joined(board.log), board.keep_time(), board.keep_temperature(), app.run())


def start():
    """Read the settings and live; a fault nobody foresaw is told on the console and ends in a restart."""
    with open("config.json") as file:
        settings = json.load(file)
    board = Esp32(settings)
    app = App(board, Config(**settings.get("scale", {})))
    try:
        asyncio.run(life(board, app))
    except Exception as error:
        board.log("stopped by %r; starting again in %d s" % (error, RESTART_AFTER_S))
    time.sleep(RESTART_AFTER_S)
    machine.reset()


if __name__ == "__main__":
    start()
